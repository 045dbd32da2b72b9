"""The numbers of area LIMIT. A value equal to its limit is allowed."""

PAYLOAD_BYTES = 1_048_576  # LIMIT-1, also a user's own trust document
LINE_BYTES = 12_582_912  # LIMIT-2, without the line feed
EVENTS = 1024  # LIMIT-3
LOG_BYTES = 33_554_432  # LIMIT-4
TRUST_DOCUMENTS = 16  # LIMIT-5
RESULT_BYTES = 16_384  # LIMIT-6
EVIDENCE_BYTES = 8_388_608  # LIMIT-7
DEPTH = 64  # JSON-9
