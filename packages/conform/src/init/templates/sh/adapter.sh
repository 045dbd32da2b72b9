#!/bin/sh
# Adapter of settld-conform: one JSON message a line on standard input, one answer a line on standard output.
# Standard error is free for whatever helps to find a fault.
#
# Members are cut out of a message with sed, which is enough where values are base64 or plain text. A text with an
# escape is left as it stands in the message, with its backslash.

LC_ALL=C
export LC_ALL

# The string member $1 of the message in $line, as it is written.
member() {
  printf '%s\n' "$line" | sed -n 's/.*"'"$1"'" *: *"\([^"\]*\(\\.[^"\]*\)*\)".*/\1/p'
}

accept() {
  printf '{"type":"ok","id":"%s","verdict":"accept","code":null,"facts":{"%s":"%s"}}\n' "$id" "$1" "$2"
}

reject() {
  printf '{"type":"ok","id":"%s","verdict":"reject","code":"%s"}\n' "$id" "$1"
}

# An error is a failure of the adapter. It is never a verdict.
fail() {
  printf '{"type":"error","id":"%s","message":"%s"}\n' "$id" "$1"
}

digest() {
  hex=$(member bytes | base64 -d | sha256sum)
  accept digest "sha256:${hex%% *}"
}

digest_parse() {
  text=$(member text)
  if printf '%s\n' "$text" | grep -Exq 'sha256:[0-9a-f]{64}'; then
    accept digest "$text"
  else
    reject DIGEST_FORMAT
  fi
}

money_parse() {
  text=$(member text)
  if printf '%s\n' "$text" | grep -Exq '0|[1-9][0-9]{0,29}|10{30}'; then
    accept value "$text"
  else
    reject MONEY_VALUE
  fi
}

while IFS= read -r line; do
  case $(member type) in
    hello)
      # `roles` has the profile to conform to, and `features` the ops that stand below.
      printf '%s\n' '{"type":"hello","protocol":1,"implementation":{"name":"my-settld","version":"0.1.0","language":"sh"},"roles":["kernel"],"revisions":["{{REVISION}}"],"features":["digest","digest.parse","money.parse"]}'
      ;;
    case)
      id=$(member id)
      op=$(member op)
      case $op in
        digest) digest ;;
        digest.parse) digest_parse ;;
        money.parse) money_parse ;;
        *) fail "no op $op" ;;
      esac
      ;;
    bye)
      exit 0
      ;;
  esac
done
