# docs/operations.md, "Upgrade": other programs over the same data, and what each format version does.
source tests/operations/lib.sh

make_demo 400
entries=$(figure ledger_size)
stop
cp -a "$data" "$place/before"

say "programs in another folder go on with the data"
mkdir -m 755 "$place/new"
cp "$programs"/bulkhead{,-keeper,-front,-mail-parse} "$programs"/desk.pages "$place/new/"
bulkhead=$place/new/bulkhead
start
a_reveal
(($(figure ledger_size) > entries)) || die "the ledger does not go on"
stop
ledger_is_whole

# The fold's version stands behind the first line of a snapshot (docs/LEDGER.md).
say "snapshots of another fold version are passed over, and everything is folded anew"
for snapshot in "$data"/keeper/snapshots/*; do
  printf '\377\377\377\377' | dd of="$snapshot" bs=1 seek=20 conv=notrunc status=none
done
start
grep -q "passing over the snapshot" "$place/serve.log" || die "the snapshots were not passed over"
a_reveal
stop

command -v python3 >/dev/null || skip "python3 is not there to change a vault's format version"
set_format() {
  python3 - "$data/keeper/vault.db" "$1" <<'PY'
import sqlite3, sys
vault = sqlite3.connect(sys.argv[1])
vault.execute("UPDATE meta SET value = ? WHERE name = 'format'", (int(sys.argv[2]),))
vault.commit()
vault.execute("PRAGMA wal_checkpoint(TRUNCATE)")
vault.close()
PY
  if [[ $EUID -eq 0 && ${#same[@]} -eq 0 ]]; then chown bulkhead-keeper: "$data"/keeper/vault.db*; fi
}
format=$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT value FROM meta WHERE name = ?", ("format",)).fetchone()[0])' "$data/keeper/vault.db")
set_format 1000
serve_refuses "a vault of a later version is left alone" "of another format"
set_format "$format"
start
a_reveal
stop

say "a program of another protocol is not listened to"
start
said=$(python3 - "$data/admin.sock" <<'PY'
import socket, struct, sys
# A frame (wire/frame.h): length, operation 64, which is the first message, request, instance; and its protocol.
def hello(protocol):
    channel = socket.socket(socket.AF_UNIX)
    channel.settimeout(10)
    channel.connect(sys.argv[1])
    body = struct.pack(">H", protocol)
    channel.sendall(struct.pack(">IHQI", 14 + len(body), 64, 1, 0) + body)
    return "answered" if channel.recv(4096) else "closed"
print(hello(1), hello(2))
PY
)
[[ $said == "answered closed" ]] || die "the first messages of protocols 1 and 2 were: $said"
a_reveal
stop

say "the copy made before goes back with the old programs"
rm -r "$data"
mv "$place/before" "$data"
bulkhead=$programs/bulkhead
start
a_reveal
stop
ledger_is_whole
