# docs/operations.md, "Witness": somebody else cosigns the checkpoints, asked by an auditor from another machine.
# The witness here says yes to everything and signs with openssl; script/conformance asks a real one (litewitness).
source tests/operations/lib.sh
command -v python3 >/dev/null && command -v openssl >/dev/null || skip "python3 or openssl is not there to be the witness"

cat >"$place/witness.py" <<'PY'
import base64, hashlib, http.server, os, subprocess, sys, time
place, name = sys.argv[1], "witness.example"
def openssl(*words):
    return subprocess.run(("openssl",) + words, check=True, capture_output=True).stdout
openssl("genpkey", "-algorithm", "ed25519", "-out", place + "/witness.pem")
public = b"\x04" + openssl("pkey", "-in", place + "/witness.pem", "-pubout", "-outform", "DER")[-32:]
number = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
class Witness(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        text = body.split("\n\n")[1] + "\n"  # after the proof comes the note: its text, then its signatures
        now = int(time.time())
        with open(place + "/to-sign", "w") as file: file.write(f"cosignature/v1\ntime {now}\n{text}")
        signed = openssl("pkeyutl", "-sign", "-rawin", "-inkey", place + "/witness.pem", "-in", place + "/to-sign")
        line = base64.b64encode(number + now.to_bytes(8, "big") + signed).decode()
        answer = f"\u2014 {name} {line}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Witness)
key = f"{name}+{number.hex()}+{base64.b64encode(public).decode()}"
with open(place + "/witness.new", "w") as file: file.write(f"{server.server_port} {key}\n")
os.rename(place + "/witness.new", place + "/witness.txt")
server.serve_forever()
PY
python3 "$place/witness.py" "$place" &
witnessing=$!
trap 'kill "$witnessing" 2>/dev/null || true' EXIT
for _ in $(seq 100); do if [[ -s $place/witness.txt ]]; then break; fi; sleep 0.1; done
read -r port witness_key <"$place/witness.txt"

make_demo 200
"$bulkhead" ledger witness show --data "$data" | grep -q "^No witness is set" || die "there is a witness before one was set"
holds "the witness is set" "$bulkhead" ledger witness set "$witness_key" --data "$data"
token=$("$bulkhead" auditor add outside --data "$data" --json | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
[[ -n $token ]] || die "no token for the auditor"
api_port=$(sed -n 's/.*"api":\([0-9]*\).*/\1/p' "$data/ports.json")
anchor=(ledger anchor --witness "http://witness.localhost:$port" --witness-key "$witness_key" --source "https://api.localhost:$api_port"
  --token "$token" --certificate "$data/tls/certificate.pem" --data "$place/elsewhere" --key "$ledger_key" "$place/anchor")
age_is_told() { (($(figure anchored_size) >= $1)); }
sleep 1.5  # a checkpoint is at most a second behind
size=$(figure checkpoint_size)
holds "an auditor has the checkpoint cosigned, from elsewhere" "$bulkhead" "${anchor[@]}"
age_is_told "$size" || die "the house does not know that it was cosigned: $("$bulkhead" status --data "$data" --json)"
"$bulkhead" ledger witness show --data "$data" | grep -q "^witness.example" || die "the house does not name its witness"
[[ $(figure budget_divisor) == 1 ]] || die "budgets are smaller although the witness was heard just now"
compare=(ledger compare --witness-key "$witness_key" --data "$data" --key "$ledger_key" "$place/anchor")
holds "the ledger holds what the witness saw" "$bulkhead" "${compare[@]}"

say "it follows the ledger"
a_reveal
sleep 11  # the house takes a word every ten seconds at the most
size=$(figure checkpoint_size)
holds "the longer ledger is cosigned" "$bulkhead" "${anchor[@]}"
age_is_told "$size" || die "the house does not know that the longer ledger was cosigned"

kill "$witnessing"
refuses "a witness that is away is told" "" "$bulkhead" "${anchor[@]}"
holds "what it saw before stays" "$bulkhead" "${compare[@]}"
holds "doing without one" "$bulkhead" ledger witness clear --data "$data"
"$bulkhead" ledger witness show --data "$data" | grep -q "^No witness is set" || die "it is still there"
stop
ledger_is_whole
