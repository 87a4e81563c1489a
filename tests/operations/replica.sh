# docs/operations.md, "Replica": the ledger is copied all the time, and comes back from the copy.
source tests/operations/lib.sh

copy=$place/copy
mkdir -m 755 "$copy"
if [[ $EUID -eq 0 && ${#same[@]} -eq 0 ]]; then chown bulkhead-keeper: "$copy"; fi
make_demo 200
stop
say "the replica follows"
start --replica "$copy"
a_reveal
for _ in $(seq 300); do
  if [[ $(figure ledger_size) -eq $(figure size) ]]; then break; fi
  sleep 0.1
done
[[ $(figure ledger_size) -eq $(figure size) ]] || die "the replica does not follow: $("$bulkhead" status --data "$data" --json)"
size=$(figure ledger_size)
holds "it verifies by itself" "$bulkhead" verify "$copy" --key "$ledger_key"
stop

say "the ledger is lost, and comes back"
mv "$data/keeper/ledger" "$place/lost"
cp -a "$copy" "$data/keeper/ledger"
start --replica "$copy"
[[ $(figure ledger_size) -ge $size ]] || die "entries are missing"
a_reveal
stop
ledger_is_whole

say "a folder that is not there is told and stops nothing"
start --replica "$place/nowhere"
for _ in $(seq 100); do
  if "$bulkhead" status --data "$data" | grep -q "^REPLICA .*cannot be reached"; then break; fi
  sleep 0.1
done
"$bulkhead" status --data "$data" | grep -q "^REPLICA .*cannot be reached" || die "nobody says that nothing is copied"
a_reveal
stop
