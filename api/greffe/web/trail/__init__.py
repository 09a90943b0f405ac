"""What pages and certificates tell of the trail of a figure: down to the extract, across to other publications."""
