"""What people answer in questionnaires: typed, said by somebody, carried forward and confirmed again."""
