# docs/operations.md, "Keys": a rotation and a rekey of a house that is at work, and that the old key files are gone.
source tests/operations/lib.sh

make_demo 400
a_reveal
key_files() { find "$data/keeper/keys" -name 'contact*' -printf '%f\n' 2>/dev/null | sort | tr '\n' ' '; }

holds "keys are rotated while the house runs" "$bulkhead" keys rotate --data "$data"
grep -q "of epoch 2 now" "$place/said" || die "it does not say which epoch it is"
a_reveal
if [[ $(key_files) != "contact-2.key " ]]; then die "key files: $(key_files)"; fi
holds "everything is encrypted anew under new customer keys" "$bulkhead" keys rekey --data "$data" --json
grep -q '"epoch":3,"change":"none"' "$place/said" || die "the rekey did not end"
if [[ $(key_files) != "contact-3.key " ]]; then die "key files: $(key_files)"; fi
a_reveal
stop
say "the next start agrees"
start
a_reveal
holds "the status says so" "$bulkhead" keys status --data "$data"
grep -q "of epoch 3" "$place/said" || die "the epoch is lost"
stop
ledger_is_whole
