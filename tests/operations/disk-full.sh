# docs/operations.md, "Disk full": nothing is shown, what narrows still works, and room alone mends it.
# On a small file system of its own, which is gone with this script's last process.
if [[ -z ${in_own_mounts:-} ]]; then
  if [[ $EUID -ne 0 ]] || ! unshare --mount true 2>/dev/null; then
    echo "a small file system needs root and mounts of its own"
    exit 77
  fi
  exec env in_own_mounts=yes unshare --mount bash "${BASH_SOURCE[0]}"
fi
source tests/operations/lib.sh

mkdir -m 755 "$place/small"
mount -t tmpfs -o size=192m,mode=755 small "$place/small"
data=$place/small/data
where=(--data "$data" --key "$key")
fill() { dd if=/dev/zero of="$place/small/filler" bs=64k status=none 2>/dev/null || true; }
full() { "$bulkhead" status --data "$data" | grep -q "^DISK FULL"; }
until_it() {
  local what=$1
  shift
  for _ in $(seq 150); do
    if "$@"; then return 0; fi
    sleep 0.1
  done
  die "$what"
}
not_full() { ! full; }

make_demo 200
a_reveal
id=$("$bulkhead" api --data "$data" GET '/api/v1/cases?view=mine' | sed -n 's/^{"cases":\[{"id":"\([0-9a-f]*\)".*/\1/p')
reveal=(POST "/api/v1/cases/$id/reveal" '{"fields":["contact.email"],"purpose":"service"}')

say "the disk fills up, and the status says so"
fill
until_it "nobody says that the disk is full" full
refuses "nothing is shown" "disk is full" "$bulkhead" api --data "$data" "${reveal[@]}"
holds "an account can be disabled" "$bulkhead" staff disable agent-09 --data "$data"

say "with room again customers are shown, without a restart"
rm "$place/small/filler"
until_it "the house stays closed" not_full
holds "a case is shown" "$bulkhead" api --data "$data" "${reveal[@]}"

say "a restart on the full disk does no harm"
fill
until_it "nobody says that the disk is full" full
stop
start
until_it "nobody says that the disk is full" full
rm "$place/small/filler"
until_it "the house stays closed" not_full
agents=10
a_reveal
stop
ledger_is_whole
