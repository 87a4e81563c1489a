// bulkhead ledger anchor: has the last checkpoint cosigned by a witness, and keeps what it gets.
// bulkhead ledger compare: that a ledger still holds what a witness saw.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/commands.h"
#include "cli/ledger_source.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/server_url.h"
#include "client/client.h"
#include "ledger/cosignature.h"
#include "ledger/witness.h"

namespace bulkhead::cli {
namespace {

constexpr int kAccepted = 200, kConflict = 409;

struct AnchorOptions {
  Operator who;
  std::string source, token, certificate, key, witness, witness_certificate, witness_key, anchor;
  std::uint32_t patience_s = 10;
  bool json = false;
};

struct Anchored {
  Checkpoint checkpoint;
  std::uint64_t time_s = 0;
  std::string witness;
  std::optional<bool> keeper_has_it = std::nullopt;  // whether the keeper took it; none: not asked
};

Result<NoteVerifier> ledger_verifier(const AnchorOptions& options) {
  if (!options.key.empty()) return NoteVerifier::parse(options.key);
  auto connection = TRY(connect(options.who));
  const auto status = TRY(connection.call<wire::StatusAnswer>(wire::StatusQuery{}));
  return NoteVerifier::parse(ledger_key(status));
}

Result<std::unique_ptr<Source>> source_of(const AnchorOptions& options) {
  const auto where = options.source.empty() ? ledger_folder(options.who.places) : options.source;
  return open_ledger_source(where, options.token, options.certificate, options.who.places.data);
}

// The note in the file; empty when there is no file.
std::string read_anchor(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Status write_anchor(const std::string& path, const std::string& note) {
  const auto next = path + ".new";
  std::ofstream file(next, std::ios::binary | std::ios::trunc);
  file << note;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(next, path, error);
  if (!file || error) return fail(ErrorCode::kIo, "the anchor cannot be written");
  return {};
}

// What the witness vouches for in the anchor file.
Result<Anchored> open_anchor(const std::string& note, const NoteVerifier& ledger,
                             const NoteVerifier& witness) {
  const auto opened = TRY(open_note(note, std::vector{ledger, witness}));
  Anchored anchored{TRY(open_checkpoint(note, ledger)), 0, witness.name()};
  for (const auto& signature : opened.signatures) {
    if (witness.knows(signature)) anchored.time_s = TRY(cosignature_time_s(signature));
  }
  if (anchored.time_s == 0)
    return fail(ErrorCode::kCrypto, "the anchor holds no cosignature of that witness");
  return anchored;
}

class Witness {
 public:
  static Result<Witness> at(const AnchorOptions& options) {
    const auto url = TRY(parse_server_url(options.witness));
    auto address = TRY(server_address(url, options.witness_certificate, options.who.places.data));
    address.patience = std::chrono::seconds(options.patience_s);
    return Witness(std::move(address), url.path + "/add-checkpoint");
  }
  Result<client::HttpAnswer> add(const std::string& body) {
    return client_.call_bare("POST", path_, body, {});
  }

 private:
  Witness(client::ServerAddress address, std::string path)
      : client_(std::move(address)), path_(std::move(path)) {}
  client::Client client_;
  std::string path_;
};

// Asks from the size the witness is thought to know, and once more from the one it says.
Result<std::string> cosigned(Source& source, Witness& witness, const NoteVerifier& ledger,
                             const NoteVerifier& key, TreeSize known) {
  const auto bytes = TRY(source.read("checkpoint"));
  const std::string note(text_of(bytes));
  const auto checkpoint = TRY(open_checkpoint(note, ledger));
  const SourceHashes hashes(source, checkpoint.size);
  for (int turn = 0; turn < 2; ++turn) {
    if (known > checkpoint.size)
      return fail(ErrorCode::kConflict,
                  "the witness knows a longer ledger than this one: it was rolled back");
    const auto proof = TRY(make_consistency_proof(hashes, known, checkpoint.size));
    const auto answer = TRY(witness.add(add_checkpoint_body(known, proof, note)));
    if (answer.status == kAccepted)
      return add_signature(note, TRY(read_cosignature(answer.body, note, key)));
    if (answer.status != kConflict)
      return fail(ErrorCode::kRefused,
                  "the witness refuses (does it know this ledger's origin and key?)");
    known = TRY(read_known_size(answer.body));
  }
  return fail(ErrorCode::kConflict, "the witness refuses: it knows another history of this ledger");
}

bool is_url(const std::string& where) {
  return where.starts_with("https://") || where.starts_with("http://");
}

// Through the server that the ledger was read from, with the same token.
bool hand_to_server(const AnchorOptions& options, const std::string& note) {
  const auto url = parse_server_url(options.source);
  if (!url) return false;
  auto address = server_address(*url, options.certificate, options.who.places.data);
  if (!address) return false;
  client::Client server(std::move(*address));
  const auto answer =
      server.call_bare("POST", "/api/v1/ledger/anchor",
                       boost::json::serialize(boost::json::object{{"checkpoint", note}}),
                       "Authorization: Bearer " + options.token + "\r\n");
  return answer && answer->status == kAccepted;
}

// So that the house knows how old the witness's word is. A ledger that is only a copy, or that no
// house runs on, is nobody's to tell.
std::optional<bool> hand_over(const AnchorOptions& options, const std::string& note) {
  if (is_url(options.source)) {
    if (options.token.empty()) return std::nullopt;
    return hand_to_server(options, note);
  }
  if (!options.source.empty() || !options.key.empty()) return std::nullopt;
  auto connection = connect(options.who);
  if (!connection) return std::nullopt;
  return connection->call<wire::AnchorAnswer>(wire::TakeAnchor{.note = {note}}).has_value();
}

Result<Anchored> anchor_once(const AnchorOptions& options) {
  const auto ledger = TRY(ledger_verifier(options));
  const auto key = TRY(NoteVerifier::parse(options.witness_key));
  if (key.type() != NoteKeyType::kCosignature)
    return fail(ErrorCode::kMalformed, "--witness-key is no key of a witness (type 04)");
  auto source = TRY(source_of(options));
  auto witness = TRY(Witness::at(options));
  TreeSize known;
  if (const auto before = read_anchor(options.anchor); !before.empty())
    known = TRY(open_anchor(before, ledger, key)).checkpoint.size;
  const auto note = TRY(cosigned(*source, witness, ledger, key, known));
  TRY_STATUS(write_anchor(options.anchor, note));
  auto anchored = TRY(open_anchor(note, ledger, key));
  anchored.keeper_has_it = hand_over(options, note);
  return anchored;
}

int show(const AnchorOptions& options, const Anchored& anchored, std::string_view said) {
  if (options.json) {
    boost::json::object told{{"origin", anchored.checkpoint.origin},
                             {"size", anchored.checkpoint.size.value},
                             {"witness", anchored.witness},
                             {"time", time_json(anchored.time_s * 1000)},
                             {"ok", true}};
    if (anchored.keeper_has_it) told["keeper_has_it"] = *anchored.keeper_has_it;
    print_json(std::move(told));
    return kDone;
  }
  print(fmt::format("{} {} entries of {}, as {} saw them at {}\n", said,
                    count_text(anchored.checkpoint.size.value), anchored.checkpoint.origin,
                    anchored.witness, time_text(anchored.time_s * 1000)));
  if (anchored.keeper_has_it == false)
    print(
        "The house does not count it: it knows another witness or none (bulkhead ledger witness "
        "set), or was told of one seconds ago.\n");
  return kDone;
}

int anchor(const AnchorOptions& options) {
  const auto anchored = anchor_once(options);
  return anchored ? show(options, *anchored, "Anchored") : complain(anchored.error());
}

Result<Anchored> compare_once(const AnchorOptions& options) {
  const auto ledger = TRY(ledger_verifier(options));
  const auto key = TRY(NoteVerifier::parse(options.witness_key));
  const auto note = read_anchor(options.anchor);
  if (note.empty()) return fail(ErrorCode::kNotFound, "there is no anchor in that file");
  auto anchored = TRY(open_anchor(note, ledger, key));
  auto source = TRY(source_of(options));
  const auto bytes = TRY(source->read("checkpoint"));
  const auto now = TRY(open_checkpoint(text_of(bytes), ledger));
  if (now.size < anchored.checkpoint.size)
    return fail(ErrorCode::kConflict, "the ledger is shorter than what the witness saw");
  const SourceHashes hashes(*source, now.size);
  if (TRY(tree_root(hashes, anchored.checkpoint.size)) != anchored.checkpoint.root)
    return fail(ErrorCode::kConflict, "the ledger is not the one that the witness saw");
  return anchored;
}

int compare(const AnchorOptions& options) {
  const auto anchored = compare_once(options);
  return anchored ? show(options, *anchored, "The ledger holds the") : complain(anchored.error());
}

void anchor_options(CLI::App& command, AnchorOptions& options) {
  add_operator(command, options.who);
  command.add_option("ANCHOR", options.anchor, "The file that holds the cosigned checkpoint")
      ->required();
  command
      .add_option("--witness-key", options.witness_key,
                  "The witness's key NAME+ID+KEY, from the witness's operator")
      ->required();
  command.add_option("--source", options.source,
                     "The ledger's folder or URL; default: the data directory's own");
  command.add_option("--token", options.token, "For an URL: an auditor's token")
      ->envname(kTokenVariable);
  command.add_option("--certificate", options.certificate,
                     "For an URL: PEM file that the server must show");
  command.add_option("--key", options.key,
                     "The ledger's key; default: what the running system says");
  command.add_flag("--json", options.json, "One line of JSON");
}

}  // namespace

void add_ledger(CLI::App& app, Chosen& chosen) {
  auto* const ledger = app.add_subcommand(
      "ledger",
      "The ledger and those who watch it: anchor, compare, opening, witness, adopt, confirm");
  ledger->require_subcommand(1);
  add_command<AnchorOptions>(
      *ledger, chosen, "anchor",
      "Have the last checkpoint cosigned by a witness (C2SP tlog-witness); best every minute, from "
      "another machine",
      [](CLI::App& command, AnchorOptions& options) {
        anchor_options(command, options);
        command.add_option("--witness", options.witness, "The witness's URL")->required();
        command.add_option("--witness-certificate", options.witness_certificate,
                           "PEM file that the witness's server must show");
        command
            .add_option("--patience", options.patience_s, "Seconds that the witness may be silent")
            ->check(CLI::Range(1u, 600u))
            ->capture_default_str();
      },
      anchor);
  add_command<AnchorOptions>(*ledger, chosen, "compare",
                             "Whether the ledger still holds what a witness once cosigned",
                             anchor_options, compare);
  add_opening(*ledger, chosen);
  add_ledger_custody(*ledger, chosen);
}

}  // namespace bulkhead::cli
