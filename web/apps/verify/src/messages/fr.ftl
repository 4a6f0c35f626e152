verify-fill-in = Indiquez le numéro du certificat.
verify-lead = Vérifiez si un certificat est authentique et valable.
verify-look = Vérifier
verify-number = Numéro du certificat
verify-number-hint = Il se trouve au bas du certificat.
verify-title = Ce certificat est-il valable ?
