# docs/operations.md, "Lost entries": a ledger that lost some is refused, then adopted, and names the loss for ever.
source tests/operations/lib.sh

second=$place/second/checkpoint
mkdir -m 755 "$place/second"
if [[ $EUID -eq 0 && ${#same[@]} -eq 0 ]]; then chown bulkhead-keeper: "$place/second"; fi
make_demo 200
stop
start --second-place "$second" --unanchored
stop
cp -a "$data/keeper/ledger" "$place/old"
start --second-place "$second"
a_reveal
stop
refuses "nothing is adopted while nothing is missing" "nothing of this ledger is missing" \
  "$bulkhead" ledger adopt "${where[@]}" --second-place "$second"

rm -r "$data/keeper/ledger"
cp -a "$place/old" "$data/keeper/ledger"
serve_refuses "an older ledger is refused" "second place" --second-place "$second"
holds "it is adopted" "$bulkhead" ledger adopt "${where[@]}" --second-place "$second"
start --second-place "$second"
figure_text origin | grep -q '/adopted-1$' || die "it has its old name"
"$bulkhead" status --data "$data" | grep -q "^lost entries" || die "the status does not name the loss"
"$bulkhead" scope --data "$data" | grep -q "lost entries" || die "scope does not name the loss"
"$bulkhead" scope --data "$data" --json | grep -q '"unknown_windows":\[{' || die "nor does its JSON"
stop
start --second-place "$second"
stop
ledger_is_whole
