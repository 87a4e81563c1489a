# docs/operations.md, "Lost entries": a ledger that lost some is refused, then adopted, and names the loss for ever.
source tests/operations/lib.sh

# First a demo, where one admin is enough; then production as far as it goes without an hour's wait.
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

if ! command -v python3 >/dev/null; then skip_part "python3 is not there to make a second factor's code"; exit 0; fi
say "in production an adopted house shows nobody before two admins confirmed it"
demo=() data=$place/real
where=(--data "$data" --key "$key")
rm -r "$second" "$place/old" "$key"
make_production
start --second-place "$second" --unanchored
sign_in_first
ledger_key=$(figure_text ledger_key)
stop
cp -a "$data/keeper/ledger" "$place/old"
start --second-place "$second"
stop
rm -r "$data/keeper/ledger"
cp -a "$place/old" "$data/keeper/ledger"
serve_refuses "an older ledger is refused" "second place" --second-place "$second"
"$bulkhead" ledger adopt "${where[@]}" --second-place "$second" --json >"$place/adopted" || die "it is not adopted"
first=$(sed -n 's/.*"first_lost_entry":\([0-9]*\).*/\1/p' "$place/adopted")
grep -q '"confirmed":false' "$place/adopted" || die "it is confirmed without anybody: $(cat "$place/adopted")"
start --second-place "$second"
sign_in_first
"$bulkhead" status --data "$data" | grep -q "^NOT CONFIRMED" || die "the status does not say that it is not confirmed"
refuses "one admin's word only proposes it" "proposed, not done yet" "$bulkhead" ledger confirm "$first" --data "$data"
number=$("$bulkhead" proposals list --data "$data" --json | sed -n 's/.*"number":\([0-9]*\).*/\1/p')
refuses "it cannot be approved by the same" "a second admin approves" "$bulkhead" proposals approve "$number" --data "$data"
refuses "nor be carried out" "its hour is not over yet" "$bulkhead" proposals carry-out "$number" --data "$data"
"$bulkhead" status --data "$data" | grep -q "^NOT CONFIRMED" || die "it is confirmed by one"
ledger_key=$(figure_text ledger_key)
stop
ledger_is_whole
# adopt_house_test does that with a clock that it moves.
skip_part "the second admin's approval and the hour after it: adding them waits an hour too"
