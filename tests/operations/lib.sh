# What the tests of docs/operations.md share: a place of their own, a house in it, and sentences about what must hold.
# A test is a bash script that sources this first. script/operations runs it, gives it $place (a folder that is removed
# afterwards, with whatever still runs) and reads its exit code: 0 passed, 77 skipped (the last line says why), else failed.
set -euo pipefail

programs=${BULKHEAD_PROGRAMS:-$PWD/build/release}
bulkhead=$programs/bulkhead
data=$place/data key=$place/key/root.key
where=(--data "$data" --key "$key")
export XDG_RUNTIME_DIR=$place/run HOME=$place
mkdir -p -m 700 "$XDG_RUNTIME_DIR"

# Root keeps the processes apart by users when they are there, else as for an ordinary person.
same=()
if [[ $EUID -eq 0 ]] && ! getent passwd bulkhead-keeper bulkhead-front >/dev/null; then same=(--same-user); fi

say() { printf '  %s\n' "$*"; }
die() {
  printf 'FAILED: %s\n' "$*"
  if [[ -s $place/serve.log ]]; then sed 's/^/    /' "$place/serve.log" | tail -n 20; fi
  exit 1
}
skip() {
  echo "$*"
  exit 77
}
# What this machine cannot show, while the rest of the test goes on. script/operations counts these lines.
skip_part() { echo "skipped: $*"; }
# holds WHAT COMMAND...: says WHAT, and the command must succeed.
holds() {
  say "$1"
  shift
  "$@" >"$place/said" 2>&1 || { cat "$place/said"; die "$*"; }
}
# refuses WHAT SENTENCE COMMAND...: the command must fail and say SENTENCE.
refuses() {
  local what=$1 sentence=$2
  shift 2
  say "$what"
  if "$@" >"$place/said" 2>&1; then die "not refused: $*"; fi
  grep -qF -- "$sentence" "$place/said" || { cat "$place/said"; die "refused without saying: $sentence"; }
}

serving= ledger_key=
# start [OPTION...]: starts the house and waits until everything answers. `serve_as` may hold a command that runs it.
serve_as=()
start() {
  rm -f "$data/ready"
  "${serve_as[@]}" "$bulkhead" serve "${where[@]}" --desk-port 0 --api-port 0 "${demo[@]}" "${same[@]}" "$@" >"$place/serve.log" 2>&1 &
  serving=$!
  for _ in $(seq 900); do
    if [[ -e $data/ready ]]; then
      if [[ ${#demo[@]} -gt 0 ]]; then ledger_key=$(figure_text ledger_key); fi
      return 0
    fi
    if ! kill -0 "$serving" 2>/dev/null; then break; fi
    sleep 0.1
  done
  die "the house does not start"
}
stop() {
  kill "$serving"
  wait "$serving" || die "the house does not stop cleanly"
  serving=
}
# serve_refuses WHAT SENTENCE [OPTION...]: the house must not start, and say why.
serve_refuses() {
  local what=$1 sentence=$2
  shift 2
  refuses "$what" "$sentence" timeout 90 "$bulkhead" serve "${where[@]}" --desk-port 0 --api-port 0 "${demo[@]}" "${same[@]}" "$@"
}

# A demo house, with so many customers when a number is given.
demo=()
make_demo() {
  demo=(--demo --plain-port 0)
  "$bulkhead" init --demo "${where[@]}" >/dev/null
  if [[ -n ${1:-} ]]; then
    start
    "$bulkhead" demo --data "$data" --customers "$1" >/dev/null 2>&1 || die "the demo is not filled"
  fi
}
# figure NAME: a number of `bulkhead status`; figure_text NAME: a text.
figure() { "$bulkhead" status --data "$data" --json | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
figure_text() { "$bulkhead" status --data "$data" --json | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
# Shows somebody's e-mail address: the whole way from the API through the ledger to an opened record. Each time other
# agents ask, since a code is taken once; some have no case.
agents=0
a_reveal() {
  local who id
  for _ in {1..8}; do
    agents=$((agents + 1))
    who=$(printf 'agent-%02d' "$agents")
    "$bulkhead" login --data "$data" "$who" >/dev/null || die "$who cannot sign in"
    id=$("$bulkhead" api --data "$data" GET '/api/v1/cases?view=mine' | sed -n 's/^{"cases":\[{"id":"\([0-9a-f]*\)".*/\1/p')
    if [[ -z $id ]]; then continue; fi
    "$bulkhead" api --data "$data" POST "/api/v1/cases/$id/reveal" '{ "purpose": "service", "fields": ["contact.email"] }' |
      grep -q '"contact.email"' || die "nothing is revealed"
    return 0
  done
  die "no agent has a case"
}
# code_of OTPAUTH: what an authenticator app shows now (RFC 6238).
code_of() {
  python3 - "$1" <<'PY'
import base64, hashlib, hmac, struct, sys, time, urllib.parse
asked = urllib.parse.parse_qs(urllib.parse.urlparse(sys.argv[1]).query)
secret = asked["secret"][0]
key = base64.b32decode(secret + "=" * (-len(secret) % 8))
digest = getattr(hashlib, asked.get("algorithm", ["SHA1"])[0].lower())
mac = hmac.new(key, struct.pack(">Q", int(time.time()) // int(asked.get("period", ["30"])[0])), digest).digest()
at = mac[-1] & 15
digits = int(asked.get("digits", ["6"])[0])
print(f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 10 ** digits:0{digits}d}")
PY
}
# A production house and the sign-in of its first administrator, with python3 for the second factor.
make_production() {
  "$bulkhead" init --origin ledger.example.com/test "${where[@]}" --json >"$place/first"
}
of_first() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$place/first"; }
# A code is taken once, so that a second sign-in within half a minute waits for the next one.
last_code=
sign_in_first() {
  local code
  code=$(code_of "$(of_first otpauth)")
  while [[ $code == "$last_code" ]]; do
    sleep 1
    code=$(code_of "$(of_first otpauth)")
  done
  last_code=$code
  "$bulkhead" login --admin --data "$data" --session-fd 3 3<<<"$(of_first name)
$(of_first password)
$code" >/dev/null || die "the first administrator cannot sign in"
}
ledger_is_whole() {
  "$bulkhead" verify --data "$data" --key "$ledger_key" >"$place/said" 2>&1 || { cat "$place/said"; die "the ledger is damaged"; }
}
