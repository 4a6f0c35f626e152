verify-fill-in = أدخل رقم الشهادة.
verify-lead = تحقق مما إذا كانت الشهادة أصلية وصالحة.
verify-look = تحقق
verify-number = رقم الشهادة
verify-number-hint = تجده في أسفل الشهادة.
verify-title = هل هذه الشهادة صالحة؟
