# docs/operations.md, "A lost second place": what keeps the house from starting, and what lets it start all the same.
source tests/operations/lib.sh

second=$place/second/checkpoint
new_second_place() {
  mkdir -m 755 "$place/second"
  if [[ $EUID -eq 0 && ${#same[@]} -eq 0 ]]; then chown bulkhead-keeper: "$place/second"; fi
}
new_second_place
make_demo
say "the last checkpoint stands in a second place, taken up once"
start --second-place "$second" --unanchored
stop
start --second-place "$second"
stop
[[ -s $second ]] || die "nothing stands in the second place"
cmp -s "$second" "$data/keeper/ledger/checkpoint" || die "the second place holds another checkpoint"

mv "$place/second" "$place/away"
serve_refuses "a place that cannot be reached keeps the house from starting" "second place" --second-place "$second"
say "the operator may start without it"
start --second-place "$second" --unanchored
grep -q "started unanchored" "$place/serve.log" || die "the log does not say that it runs unanchored"
stop

new_second_place
serve_refuses "an empty place could be one that is not mounted" "second place" --second-place "$second"
say "the operator may take up an empty one"
start --second-place "$second" --unanchored
stop
say "from then on it is asked again"
start --second-place "$second"
stop

cp -a "$data" "$place/old"
start --second-place "$second"
"$bulkhead" scope --data "$data" --principal nobody-here >/dev/null 2>&1 || true
stop
mv "$data" "$place/newer"
mv "$place/old" "$data"
serve_refuses "an older copy of the data directory is noticed" "second place" --second-place "$second"
serve_refuses "and --unanchored does not help it" "second place" --second-place "$second" --unanchored
rm -r "$data"
mv "$place/newer" "$data"
start --second-place "$second"
stop
ledger_is_whole
