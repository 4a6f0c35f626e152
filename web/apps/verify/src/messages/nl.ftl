verify-fill-in = Vul het nummer van het certificaat in.
verify-lead = Kijk na of een certificaat echt en geldig is.
verify-look = Nakijken
verify-number = Nummer van het certificaat
verify-number-hint = Het staat onderaan op het certificaat.
verify-title = Is dit certificaat geldig?
