# docs/operations.md, "A lost or exposed root key": nothing opens without it, and the copy brings everything back.
source tests/operations/lib.sh

make_demo 400
a_reveal
stop
cp -p "$key" "$place/copy"

rm "$key"
serve_refuses "without the root key the house does not start" "root.key cannot be opened"
holds "a directory made elsewhere has another key" "$bulkhead" init --demo --data "$place/other" --key "$key"
serve_refuses "another root key opens nothing" "crypto"
ledger_is_whole  # it needs no key
say "the ledger can be verified all the same"

cp -p "$place/copy" "$key"
chmod 644 "$key"
serve_refuses "a key that others may read is refused" "chmod 600"
chmod 600 "$key"
mkdir "$data/inside"
cp -p "$key" "$data/inside/root.key"
where=(--data "$data" --key "$data/inside/root.key")
serve_refuses "a key among the data is refused" "lies in the data directory"
rm -r "$data/inside"

where=(--data "$data" --key "$key")
say "with the copy the house starts and reveals"
start
a_reveal
stop
