"""Adapter of settld-conform: one JSON message a line on standard input, one answer a line on standard output.

Standard error is free for whatever helps to find a fault.
"""
import base64
import hashlib
import json
import re
import sys


def accept(**facts):
    return {"verdict": "accept", "code": None, "facts": facts}


def reject(code):
    return {"verdict": "reject", "code": code}


def digest(given):
    data = base64.b64decode(given["bytes"], validate=True)
    return accept(digest="sha256:" + hashlib.sha256(data).hexdigest())


def digest_parse(given):
    text = given["text"]
    return accept(digest=text) if re.fullmatch(r"sha256:[0-9a-f]{64}", text) else reject("DIGEST_FORMAT")


def money_parse(given):
    text = given["text"]
    return accept(value=text) if re.fullmatch(r"0|[1-9][0-9]{0,29}|10{30}", text) else reject("MONEY_VALUE")


# Each op is a function of the input of a case. Bytes are base64. What stands here is what hello declares.
OPS = {
    "digest": digest,
    "digest.parse": digest_parse,
    "money.parse": money_parse,
}

HELLO = {
    "type": "hello",
    "protocol": 1,
    "implementation": {"name": "my-settld", "version": "0.1.0", "language": "Python"},
    # The profile to conform to: verifier-core, verifier-full, kernel or issuer.
    "roles": ["kernel"],
    "revisions": ["{{REVISION}}"],
    "features": list(OPS),
    "limits": {"inFlight": 8},
}


def answer(case):
    try:
        return {"type": "ok", "id": case["id"], **OPS[case["op"]](case["input"])}
    except Exception as error:
        # An error is a failure of the adapter. It is never a verdict.
        return {"type": "error", "id": case["id"], "message": repr(error)}


def main():
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message["type"] == "bye":
            return
        if message["type"] not in ("hello", "case"):
            continue
        reply = HELLO if message["type"] == "hello" else answer(message)
        # ASCII with escapes, whatever the locale of the machine is.
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
