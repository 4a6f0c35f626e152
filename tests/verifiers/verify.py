"""Reads {"token", "keys", "did", "list"} and says what PyJWT and openbadgeslib make of the token."""

import json
import sys

import jwt
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier, check_credential_status
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

given = json.load(sys.stdin)
answer = {"signature": False, "badge": False, "current": None, "error": None}
try:
    header = jwt.get_unverified_header(given["token"])
    key = next(key for key in jwt.PyJWKSet.from_dict(given["keys"]).keys if key.key_id == header["kid"])
    claims = jwt.decode(given["token"], key, algorithms=["ES256"])
    answer["signature"] = True
    pem = key.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    badge = OB3Verifier(pem, issuer_did=given["did"]).verify(given["token"])
    answer["badge"] = True
    answer["name"] = claims["credentialSubject"]["identifier"][0]["identityHash"]
    try:
        check_credential_status(badge, download=lambda address: given["list"].encode(), verify_list=True, list_pubkey_pem=pem)
        answer["current"] = True
    except OB3VerificationError as refused:
        answer["current"], answer["error"] = False, str(refused)
except (jwt.InvalidTokenError, OB3VerificationError, StopIteration) as refused:
    answer["error"] = f"{type(refused).__name__}: {refused}"
print(json.dumps(answer))
