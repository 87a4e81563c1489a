# docs/operations.md, "Install": the unit and its users are what systemd takes, its few rights are enough, and a production
# house begins with its first administrator.
source tests/operations/lib.sh

unit=config/systemd/bulkhead.service
folder=$place/usr/local/lib/bulkhead
holds "the programs are installed" install -D -m 755 -t "$folder" "$programs"/bulkhead{,-keeper,-front,-mail-parse}
holds "the desk's pages are installed" install -m 644 -t "$folder" "$programs"/desk.pages
sed "s|/usr/local/lib/bulkhead|$folder|" "$unit" >"$place/bulkhead.service"
bulkhead=$folder/bulkhead

if command -v systemd-analyze >/dev/null; then
  say "systemd takes the unit"
  systemd-analyze verify "$place/bulkhead.service" >"$place/said" 2>&1 || { cat "$place/said"; die "systemd-analyze verify"; }
  # It also looks at the units around ours; what it says about ours must be nothing.
  if grep -q "bulkhead.service" "$place/said"; then cat "$place/said"; die "systemd-analyze verify warns"; fi
  if systemd-analyze --help | grep -q -- --offline; then
    holds "its exposure is at most 3.0 of 10" systemd-analyze security --no-pager --offline=true --threshold=30 "$place/bulkhead.service"
  else
    skip_part "this systemd-analyze cannot rate a unit that is not loaded"
  fi
else
  skip_part "systemd-analyze is not there"
fi
if command -v systemd-sysusers >/dev/null && systemd-sysusers --help | grep -q -- --dry-run; then
  holds "systemd takes the users" systemd-sysusers --dry-run "$PWD/config/systemd/bulkhead.sysusers"
else
  skip_part "systemd-sysusers cannot show what it would do"
fi

if ! command -v python3 >/dev/null; then skip_part "python3 is not there to make a second factor's code"; exit 0; fi
"$bulkhead" init --origin ledger.example.com/test "${where[@]}" --json >"$place/first"
text_of() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$place/first"; }

# As the unit does it: a credential that root alone may read, and no more rights than it leaves.
if [[ $EUID -eq 0 && ${#same[@]} -eq 0 ]] && command -v setpriv >/dev/null; then
  say "the rights that the unit leaves are enough"
  rights=$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]')
  mkdir "$place/credentials"
  install -m 400 "$key" "$place/credentials/root.key"
  where=(--data "$data" --key "$place/credentials/root.key")
  serve_as=(setpriv --bounding-set "-all,$rights" --no-new-privs)
else
  skip_part "the unit's rights need root, its users and setpriv"
fi
start
refuses "nobody is told anything before signing in" "" "$bulkhead" status --data "$data" </dev/null
say "the first administrator signs in"
"$bulkhead" login --admin --data "$data" --session-fd 3 3<<<"$(text_of name)
$(text_of password)
$(code_of "$(text_of otpauth)")" >/dev/null || die "the first administrator cannot sign in"
"$bulkhead" status --data "$data" | grep -q '^origin *ledger.example.com/test$' || die "the status names another house"
stop

say "it starts again as it stopped"
start
stop
