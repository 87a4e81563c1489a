# docs/operations.md, "Backup and restore": from a running house into a new directory, with the old ledger or a copy of it.
source tests/operations/lib.sh

make_demo 400
mkdir "$place/backups" "$place/backup-keys"
mkdir "$place/backup-keys/another.example_house"
touch "$place/backup-keys/another.example_house/backup-1.key" "$place/backup-keys/backup-7.key"
say "a backup is made while the house runs"
"$bulkhead" backup --data "$data" --to "$place/backups" --key-to "$place/backup-keys" >"$place/backup.log" 2>&1 &
making=$!
a_reveal
wait "$making" || { cat "$place/backup.log"; die "no backup is made"; }
backup=$(echo "$place"/backups/*.backup)
backup_key=$(echo "$place"/backup-keys/demo.invalid_*/backup-1.key)
say "another house's keys stay as they are"
[[ -e $place/backup-keys/backup-7.key && ! -s $place/backup-keys/another.example_house/backup-1.key ]] || die "another house's key was touched"
[[ -s $backup && -s $backup_key ]] || die "backup or key is not there"
if [[ -e $data/keeper/backup ]]; then die "the keeper kept its copy"; fi
a_reveal
customers=$(figure customers)
refuses "a backup into a folder that is not there" "no such folder" "$bulkhead" backup --data "$data" --to "$place/nowhere"
refuses "no restore beside a house that runs" "another process uses" \
  "$bulkhead" restore --from "$backup" --old "$data" --data "$place/new" --key "$key"
stop

head -c 5000 "$backup" >"$place/cut"
refuses "a backup that was cut short" "cut short" \
  "$bulkhead" restore --from "$place/cut" --old "$data" --data "$place/new" --key "$key"
{ head -c 2000 "$backup"; printf x; tail -c +2002 "$backup"; } >"$place/changed"
refuses "a backup that was changed" "changed" \
  "$bulkhead" restore --from "$place/changed" --old "$data" --data "$place/new" --key "$key"
refuses "a key that is not there" "destroyed after 28 days" \
  "$bulkhead" restore --from "$backup" --ledger "$data/keeper/ledger" --backup-key "$place/none" --data "$place/new" --key "$key"
if [[ -e $place/new ]]; then die "a refused restore left something behind"; fi

say "the disk is lost: what is left are a copy of the ledger, the backup and its key"
cp -a "$data/keeper/ledger" "$place/ledger-copy"
cp -p "$data/demo-sign-ins.json" "$place/demo-sign-ins.json"
rm -r "$data"
holds "a new directory is made of them" "$bulkhead" restore --from "$backup" --ledger "$place/ledger-copy" \
  --backup-key "$backup_key" --data "$data" --key "$key" --json
grep -q "\"customers\":$customers," "$place/said" || die "customers are missing: $(cat "$place/said")"
refuses "a directory in which something is" "there already" \
  "$bulkhead" restore --from "$backup" --ledger "$place/ledger-copy" --backup-key "$backup_key" --data "$data" --key "$key"
cp -p "$place/demo-sign-ins.json" "$data/demo-sign-ins.json"
start
if [[ -e $data/keeper/restored ]]; then die "the ledger was not told"; fi
[[ $(figure customers) == "$customers" ]] || die "the house has other customers"
a_reveal
stop
ledger_is_whole
