"""How pages are made: templates, words in both languages, assets, who looks, forms. What is on them: web/portal, web/staff."""
