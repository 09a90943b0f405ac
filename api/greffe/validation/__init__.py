"""Is it fit to publish?"""
