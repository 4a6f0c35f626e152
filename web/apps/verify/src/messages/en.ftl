verify-fill-in = Fill in the number of the certificate.
verify-lead = Check whether a certificate is genuine and valid.
verify-look = Check
verify-number = Number of the certificate
verify-number-hint = It is at the bottom of the certificate.
verify-title = Is this certificate valid?
