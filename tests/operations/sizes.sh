# docs/operations.md, "Sizes": what a customer and an entry cost on the disk, measured on a house of two thousand customers.
source tests/operations/lib.sh

# Partial tiles (.p) come and go: only full ones count.
bytes_of() { find "$@" -type f -not -path '*.p/*' -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }'; }
vault_bytes() { bytes_of "$data"/keeper/vault.db* "$data"/keeper/keys.db*; }

make_demo
start
empty=$(vault_bytes)
"$bulkhead" demo --data "$data" --customers 2000 >/dev/null 2>&1
customers=$(figure customers) entries=$(figure ledger_size)
stop
ledger_is_whole

customer=$((($(vault_bytes) - empty) / customers))
entry=$(($(bytes_of "$data/keeper/ledger/tile" "$data/keeper/ledger/private") / (entries / 256 * 256)))
snapshot=$(ls "$data"/keeper/snapshots | tail -n 1)
snapshot=$(stat -c %s "$data/keeper/snapshots/$snapshot")
say "a snapshot of the state: $snapshot bytes, $((snapshot / customers)) a customer"
say "$customers customers with trips, cases and messages: $customer bytes each in the vault"
say "$entries entries: $entry bytes each in tiles, bundles and private parts"
((customer >= 1000 && customer <= 4000)) || die "a customer takes $customer bytes; the document says about 2,000"
((snapshot / customers <= 1000)) || die "a snapshot takes $((snapshot / customers)) bytes a customer, most of whom nobody saw"
((entry >= 150 && entry <= 300)) || die "an entry takes $entry bytes; the document says about 210"
