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
make_production

# As the unit does it: a credential that root alone may read, and no more rights than it leaves.
if [[ $EUID -eq 0 && ${#same[@]} -eq 0 ]] && command -v setpriv >/dev/null; then
  say "the rights that the unit leaves are enough"
  rights=$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]')
  mkdir "$place/credentials"
  install -m 400 "$key" "$place/credentials/root.key"
  # With a host's key of its own, gone with its mounts; a TPM's is the same two commands.
  if command -v systemd-creds >/dev/null && unshare --mount true 2>/dev/null; then
    export place key
    holds "the root key goes through systemd's encrypted credential" unshare --mount bash -euc '
      mount -t tmpfs none /var/lib/systemd
      systemd-creds encrypt --with-key=host --name=root.key "$key" "$place/encrypted"
      if grep -qF "$(head -c 16 "$key")" "$place/encrypted"; then exit 1; fi
      rm "$place/credentials/root.key"
      systemd-creds decrypt --name=root.key "$place/encrypted" "$place/credentials/root.key"
      chmod 400 "$place/credentials/root.key"'
    cmp "$key" "$place/credentials/root.key" || die "the credential holds another key"
    sed "s|^LoadCredential=.*|LoadCredentialEncrypted=root.key|" "$place/bulkhead.service" >"$place/encrypted.service"
    if command -v systemd-analyze >/dev/null; then
      holds "systemd takes the unit with it" systemd-analyze verify "$place/encrypted.service"
    fi
  else
    skip_part "an encrypted credential needs systemd-creds and mounts of its own"
  fi
  where=(--data "$data" --key "$place/credentials/root.key")
  serve_as=(setpriv --bounding-set "-all,$rights" --no-new-privs)
else
  skip_part "the unit's rights need root, its users and setpriv"
fi
start
refuses "nobody is told anything before signing in" "" "$bulkhead" status --data "$data" </dev/null
say "the first administrator signs in"
sign_in_first
"$bulkhead" status --data "$data" | grep -q '^origin *ledger.example.com/test$' || die "the status names another house"
stop

say "it starts again as it stopped"
start
stop
