from __future__ import annotations

import base64
import hashlib
import unittest

import support
from settld_verifier import curve, dsse, ed25519, jcs, keys, strict_json
from settld_verifier.errors import SettldError
from settld_verifier.instant import format_instant, parse_instant
from settld_verifier.signing import SigningKey

# RFC 8032, 7.1: seed, public key, message, signature.
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
)


class CodeTest(unittest.TestCase):
    def refuses(self, code, function, *args):
        with self.assertRaises(SettldError) as caught:
            function(*args)
        self.assertEqual(caught.exception.code, code)


class StrictJson(CodeTest):
    def test_values(self):
        text = b' {"a":[1,-2,true,false,null,"\\ud83d\\ude00\\u00e9\\n"],"__proto__":{}} '
        self.assertEqual(
            strict_json.parse(text), {"a": [1, -2, True, False, None, "\U0001f600\u00e9\n"], "__proto__": {}}
        )
        self.assertEqual(strict_json.parse(b"9007199254740991"), 2**53 - 1)
        self.assertEqual(strict_json.parse(b"[" * 64 + b"]" * 64)[0].__class__, list)

    def test_violations(self):
        for text, code in (
            (b"\xef\xbb\xbf\xff", "JSON_BOM"),
            (b"{\xc0\xaf", "JSON_UTF8"),
            (b'"\xed\xa0\x80"', "JSON_UTF8"),
            (b"", "JSON_SYNTAX"),
            (b"1 2", "JSON_SYNTAX"),
            (b"nul", "JSON_SYNTAX"),
            (b'"\x01"', "JSON_SYNTAX"),
            (b'"\\x"', "JSON_SYNTAX"),
            (b'"\\u12g4"', "JSON_SYNTAX"),
            (b"[1,]", "JSON_SYNTAX"),
            (b"{,}", "JSON_SYNTAX"),
            (b"[1\x0b]", "JSON_SYNTAX"),
            (b'{"a":1,"\\u0061":', "JSON_DUPLICATE_NAME"),
            (b'{"a":1,"a', "JSON_SYNTAX"),
            (b'"\\ud800', "JSON_SURROGATE"),
            (b'"\\ud800\\u0041"', "JSON_SURROGATE"),
            (b'"\\udc00"', "JSON_SURROGATE"),
            (b"1.5", "JSON_FRACTION"),
            (b"-0.5e3", "JSON_FRACTION"),
            (b"1E+2", "JSON_EXPONENT"),
            (b"-0e1", "JSON_EXPONENT"),
            (b"-0", "JSON_NEGATIVE_ZERO"),
            (b"-01", "JSON_SYNTAX"),
            (b"01", "JSON_SYNTAX"),
            (b"1.", "JSON_SYNTAX"),
            (b"-", "JSON_SYNTAX"),
            (b"9007199254740992", "JSON_INTEGER_RANGE"),
            (b"-9007199254740992", "JSON_INTEGER_RANGE"),
            (b"1" * 10_000, "JSON_INTEGER_RANGE"),
            (b"[" * 65, "JSON_DEPTH"),
            (b'{"a":' * 65, "JSON_DEPTH"),
        ):
            with self.subTest(text=text[:20]):
                self.refuses(code, strict_json.parse, text)
        self.refuses("LIMIT_JSON_BYTES", strict_json.parse, b"\xef\xbb\xbf", 2)

    def test_pointer(self):
        document = {"a/b": {"~": [10, 20]}, "": 1}
        find = strict_json.resolve_pointer
        self.assertEqual(find(document, ""), (True, document))
        self.assertEqual(find(document, "/"), (True, 1))
        self.assertEqual(find(document, "/a~1b/~0/1"), (True, 20))
        for pointer in ("/a~1b/~0/2", "/a~1b/~0/-", "/a~1b/~0/01", "/x", "//x", "/a~1b/~0/" + "9" * 5000):
            self.assertEqual(find(document, pointer), (False, None))
        self.refuses("JSON_POINTER", find, document, "a")
        self.refuses("JSON_POINTER", find, document, "/~2")


class Canonical(CodeTest):
    def test_canonical(self):
        value = {"9": "\x7f\u2028", "10": "\x00\x1f\b\t\n\f\r\"\\/", "\ufb01": 1, "\U0001f600": -5}
        text = jcs.canonicalize(value).decode()
        self.assertEqual(
            text,
            '{"10":"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/","9":"\x7f\u2028","\U0001f600":-5,"\ufb01":1}',
        )
        self.assertEqual(jcs.parse_canonical(text.encode()), value)
        for other in (b'{"b":1,"a":2}', b"[1, 2]", b'"\\/"', b'"\\u001F"', b" 1"):
            self.refuses("JCS_NOT_CANONICAL", jcs.parse_canonical, other)


class Instants(CodeTest):
    def test_instants(self):
        for text in ("1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z", "9999-12-31T23:59:59.999Z"):
            self.assertEqual(format_instant(parse_instant(text)), text)
        for text in (
            "1969-12-31T23:59:59.999Z",
            "2023-02-29T00:00:00.000Z",
            "2023-01-01T24:00:00.000Z",
            "2016-12-31T23:59:60.000Z",
            "0000-01-01T00:00:00.000Z",
        ):
            self.refuses("TIME_INSTANT", parse_instant, text)


class Ed25519(CodeTest):
    KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    SIG = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )

    def test_rfc_8032(self):
        for seed, public, message, signature in RFC_8032:
            key = SigningKey(bytes.fromhex(seed))
            data = bytes.fromhex(message)
            self.assertEqual((key.public.hex(), key.sign(data).hex()), (public, signature))
            ed25519.verify(key.public, data, key.sign(data))
        key = support.Key("x")
        for message in (b"", b"a", b"b" * 200):
            ed25519.verify(key.raw, message, key.sign(message))
            self.refuses("DSSE_SIGNATURE_INVALID", ed25519.verify, key.raw, message + b"!", key.sign(message))
        with self.assertRaises(ValueError):
            SigningKey(bytes(31))

    def test_multiples(self):
        point = curve.decode(support.Key("x").raw)
        table = curve.Multiples(point, 4)
        total = (0, 1, 1, 0)
        for scalar in range(40):
            self.assertEqual(curve.encode(total), curve.encode(curve.add_up(table.of(scalar))))
            total = curve.add_up(table.of(1), total)
        one, all_but_one = curve.encode(point), curve.add_up(table.of(curve.L - 1))
        self.assertEqual(curve.encode(curve.negate(all_but_one)), one)

    def test_small_order_table_is_complete(self):
        found = set()
        for seed in range(100):
            point = curve.decode(hashlib.sha256(bytes([seed])).digest())
            if point is not None:
                found.add(curve.encode(curve.add_up(curve.Multiples(point, 4).of(curve.L))))
        self.assertEqual(found, set(ed25519.SMALL_ORDER))

    def test_strict(self):
        r, s = self.SIG[:32], int.from_bytes(self.SIG[32:], "little")
        high = r + (s + curve.L).to_bytes(32, "little")
        self.refuses("DSSE_SIGNATURE_S_RANGE", ed25519.verify, self.KEY, b"", high)
        for point, code in (
            (b"\xff" * 32, "DSSE_SIGNATURE_R_NOT_CANONICAL"),
            (b"\x01" + bytes(30) + b"\x80", "DSSE_SIGNATURE_R_NOT_CANONICAL"),
            (bytes(32), "DSSE_SIGNATURE_R_SMALL_ORDER"),
            (b"\x02" + bytes(31), "DSSE_SIGNATURE_INVALID"),
        ):
            self.refuses(code, ed25519.verify, self.KEY, b"", point + self.SIG[32:])
        self.refuses("KEY_NOT_ON_CURVE", ed25519.verify, b"\x02" + bytes(31), b"", self.SIG)
        for key in ed25519.SMALL_ORDER:
            self.refuses("KEY_SMALL_ORDER", ed25519.check_key, key)
        for key in (b"\x01" + bytes(30) + b"\x80", b"\xec" + b"\xff" * 31, b"\xed" + b"\xff" * 30 + b"\x7f"):
            self.refuses("KEY_NOT_CANONICAL", ed25519.check_key, key)
        self.refuses("KEY_LENGTH", ed25519.check_key, bytes(31))

    def test_jwk(self):
        jwk = support.KEYS["buyer"].jwk
        self.assertEqual(keys.parse_jwk(jwk), support.KEYS["buyer"].raw)
        self.refuses("KEY_JWK", keys.parse_jwk, {**jwk, "d": ""})
        self.refuses("KEY_BASE64URL", keys.parse_jwk, {**jwk, "x": jwk["x"] + "="})
        self.refuses("KEY_LENGTH", keys.parse_jwk, {**jwk, "x": "AAAA"})
        rfc = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        self.assertEqual(
            keys.thumbprint(keys.parse_jwk(rfc)), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        )


class Envelopes(CodeTest):
    def test_members(self):
        kind = dsse.EVENT_TYPE
        good = support.envelope({}, kind, [support.KEYS["buyer"], support.KEYS["settler"]])
        first, second = good["signatures"]
        self.assertEqual(dsse.read_envelope(good, kind).payload, b"{}")
        for change, code in (
            ({"x": 1}, "DSSE_MEMBERS"),
            ({"signatures": [{**first, "x": 1}]}, "DSSE_MEMBERS"),
            ({"payloadType": dsse.TRUST_TYPE, "payload": "!"}, "DSSE_PAYLOAD_TYPE"),
            ({"payload": "e30", "signatures": []}, "DSSE_BASE64"),
            ({"payload": "e31="}, "DSSE_BASE64"),
            ({"signatures": []}, "DSSE_SIGNATURE_COUNT"),
            ({"signatures": [first, second, first]}, "DSSE_SIGNATURE_COUNT"),
            ({"signatures": [{**first, "keyid": "a" * 43}]}, "DSSE_KEYID"),
            ({"signatures": [first, {**first, "sig": "!"}]}, "DSSE_BASE64"),
            ({"signatures": [{**first, "keyid": "!"}, first, {**first, "sig": "!"}]}, "DSSE_BASE64"),
            ({"signatures": [first, {**first, "sig": "AAAA"}]}, "DSSE_SIGNATURE_DUPLICATE"),
            ({"signatures": [{**first, "sig": "!"}]}, "DSSE_BASE64"),
            ({"signatures": [{**first, "sig": "AAAA"}]}, "DSSE_SIGNATURE_LENGTH"),
            (
                {"payload": base64.b64encode(bytes(1_048_577)).decode(), "signatures": []},
                "LIMIT_PAYLOAD_BYTES",
            ),
        ):
            with self.subTest(code=code):
                self.refuses(code, dsse.read_envelope, {**good, **change}, kind)


if __name__ == "__main__":
    unittest.main()
