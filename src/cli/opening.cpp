// bulkhead ledger opening: what the leaf of one entry hides, for an auditor. It must never show
// what it has not checked against the leaf, and the leaf against the signed checkpoint.
#include "base/catalogue.h"
#include "cli/commands.h"
#include "cli/ledger_source.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "crypto/encoding.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/tiles.h"
#include "ledger/witness.h"
#include "wire/paths.h"

namespace bulkhead::cli {
namespace {

struct OpeningOptions {
  Operator who;
  std::string source, token, certificate, key;
  std::uint64_t index = 0;
  bool json = false;
};

// The key that was given, or that of the system that runs here.
Result<NoteVerifier> key_of_ledger(const OpeningOptions& options) {
  if (!options.key.empty()) return NoteVerifier::parse(options.key);
  auto connection = connect(options.who);
  if (!connection) {
    return fail(ErrorCode::kNotFound,
                "the ledger's key is needed: --key VKEY, as `bulkhead status` shows it");
  }
  const auto status = TRY(connection->call<wire::StatusAnswer>(wire::StatusQuery{}));
  return NoteVerifier::parse(ledger_key(status));
}

// The leaf, after its place in the signed tree was proven.
Result<Bytes> proven_leaf(Source& source, const NoteVerifier& key, LeafIndex index) {
  const auto note = TRY(source.read("checkpoint"));
  const auto checkpoint = TRY(open_checkpoint(text_of(note), key));
  if (!holds(checkpoint.size, index))
    return fail(ErrorCode::kNotFound, "no checkpoint covers that entry yet");
  const auto bundle = index.value / kTileWidth;
  const auto width = width_at(0, bundle, checkpoint.size);
  const auto bytes = TRY(source.read(path_of({TileKind::kEntries, 0, bundle, width})));
  const auto leaf = TRY(parse_bundle(bytes, width))[index.value % kTileWidth];
  const SourceHashes hashes(source, checkpoint.size);
  const auto proof = TRY(make_inclusion_proof(hashes, index, checkpoint.size));
  TRY_STATUS(verify_inclusion(index, checkpoint.size, hash_leaf(leaf), proof, checkpoint.root));
  return Bytes(leaf.begin(), leaf.end());
}

Result<Entry> opened_entry(const OpeningOptions& options) {
  const auto key = TRY(key_of_ledger(options));
  const auto source = TRY(open_ledger_source(options.source, options.token, options.certificate,
                                             options.who.places.data));
  if (source->is_directory())
    return fail(ErrorCode::kRefused, "an opening is asked of a server: --source https://...");
  const auto leaf = TRY(proven_leaf(*source, key, LeafIndex{options.index}));
  const auto opening = TRY(source->read(wire::opening_name(options.index)));
  Salt salt;
  if (opening.size() < salt.size())
    return fail(ErrorCode::kMalformed, "what the server gave is no opening");
  std::copy_n(opening.begin(), salt.size(), salt.begin());
  auto entry = decode_entry(leaf, salt, ByteView(opening).subspan(salt.size()));
  if (!entry)
    return fail(ErrorCode::kCrypto, "what the server gave does not open the entry's leaf");
  return entry;
}

boost::json::object json_of(std::uint64_t index, const Entry& entry) {
  boost::json::array fields;
  for (const auto& info : kFields) {
    if (entry.fields.has(info.field)) fields.emplace_back(info.name);
  }
  return {{"index", index},
          {"kind", name_of(entry.kind)},
          {"time", time_json(entry.wall_ms)},
          {"grade", name_of(entry.grade)},
          {"purpose", name_of(entry.purpose)},
          {"reason", name_of(entry.reason)},
          {"customer", entry.customer == Pseudonym() ? "" : to_hex(entry.customer.bytes)},
          {"fields", std::move(fields)},
          {"instance", entry.instance.value},
          {"principal", entry.principal.value},
          {"session", entry.session.value},
          {"team", entry.team.value},
          {"network", entry.network.value},
          {"case", entry.case_number.value},
          {"policy", entry.policy.value},
          {"charge", entry.charge},
          {"weight", entry.weight},
          {"column", entry.column},
          {"face", name_of(entry.face)},
          {"detail", to_hex(entry.detail)}};
}

int opening(const OpeningOptions& options) {
  const auto entry = opened_entry(options);
  if (!entry) return complain(entry.error());
  auto told = json_of(options.index, *entry);
  if (options.json) {
    print_json(std::move(told));
    return kDone;
  }
  for (const auto& member : told) {
    const auto value = member.value().is_string() ? std::string(member.value().as_string())
                                                  : boost::json::serialize(member.value());
    if (!value.empty()) print(fmt::format("{:<10} {}\n", std::string_view(member.key()), value));
  }
  print("Checked: it stands in the signed tree, and its leaf holds the hash of what was opened.\n");
  return kDone;
}

}  // namespace

void add_opening(CLI::App& ledger, Chosen& chosen) {
  add_command<OpeningOptions>(
      ledger, chosen, "opening",
      "Show what one entry hides, as an auditor: who, from where, by which budget; it is recorded",
      [](CLI::App& command, OpeningOptions& options) {
        add_operator(command, options.who);
        command.add_option("INDEX", options.index, "The entry's place, from 0")->required();
        command.add_option("--source", options.source, "URL such as https://api.localhost:8444")
            ->required();
        command.add_option("--token", options.token, "An auditor's token (bulkhead auditor add)")
            ->envname(kTokenVariable)
            ->required();
        command.add_option("--certificate", options.certificate,
                           "PEM file that the server must show");
        command.add_option("--key", options.key,
                           "The ledger's key; default: what the running system says");
        command.add_flag("--json", options.json, "One line of JSON");
      },
      opening);
}

}  // namespace bulkhead::cli
