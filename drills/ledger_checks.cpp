#include "drills/ledger_checks.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include "ledger/checkpoint.h"
#include "ledger/tiles.h"
#include "ledger/tree_builder.h"
#include "ledger/verify.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

Status for_each_leaf(const std::string& folder, TreeSize size,
                     const std::function<Status(ByteView)>& take) {
  DirectorySource source(folder);
  for (std::uint64_t index = 0; index * kTileWidth < size.value; ++index) {
    const auto width = width_at(0, index, size);
    TileName name{.kind = TileKind::kEntries, .level = 0, .index = index, .width = width};
    auto bytes = source.read(path_of(name));
    if (!bytes && width != kTileWidth) {  // the full file has it too, and then stands alone
      const auto full =
          TRY(source.read(path_of({.kind = TileKind::kEntries, .level = 0, .index = index})));
      bytes = cut_tile_file(full, name);
    }
    if (!bytes) return std::unexpected(bytes.error());
    for (const auto& leaf : TRY(parse_bundle(*bytes, width))) TRY_STATUS(take(leaf));
  }
  return {};
}

Result<Digest> root_at(const std::string& folder, TreeSize size) {
  TreeBuilder tree;
  TRY_STATUS(for_each_leaf(folder, size, [&tree](ByteView leaf) {
    return tree.add(hash_leaf(leaf),
                    [](unsigned, std::uint64_t, std::span<const Digest>) { return Status(); });
  }));
  return tree.root();
}

// An honest ledger only ever grows, so the tree of the outsider's size must still have his root.
bool continues(const std::string& folder, TreeSize size, const Outsider& outsider) {
  const auto verifier = NoteVerifier::parse(outsider.verifier_key);
  const auto held = verifier ? open_checkpoint(outsider.checkpoint, *verifier)
                             : Result<Checkpoint>(std::unexpected(verifier.error()));
  if (!held || held->size > size) return false;
  const auto root = root_at(folder, held->size);
  return root && *root == held->root;
}

Result<std::string> some_file(const std::string& folder, std::string_view below) {
  std::error_code error;
  std::string found;
  for (const auto& item : files::recursive_directory_iterator(files::path(folder) / below, error)) {
    if (!item.is_regular_file(error) || item.file_size(error) < 40) continue;
    if (found.empty() || item.path().string() < found) found = item.path().string();
  }
  if (error || found.empty())
    return fail(ErrorCode::kNotFound, "the ledger has no file to tamper with");
  return found;
}

Status flip_byte(const std::string& path, std::uintmax_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(at));
  // Base64 and bytes alike: the lowest bit makes another letter of it.
  file.put(static_cast<char>(byte ^ 1));
  file.flush();
  return file ? Status() : fail(ErrorCode::kIo, "a copy cannot be tampered with");
}

Status tamper(Tampering what, const std::string& copy, const std::string& older) {
  std::error_code error;
  switch (what) {
    case Tampering::kEntry:
      return flip_byte(TRY(some_file(copy, "tile/entries")), 30);
    case Tampering::kPrivatePart:
      return flip_byte(TRY(some_file(copy, "private")), 30);
    case Tampering::kSignature: {
      const auto path = copy + "/checkpoint";
      // The last line is a signature; its end is past the key id.
      return flip_byte(path, files::file_size(path, error) - 12);
    }
    case Tampering::kRollBack:
      files::remove_all(copy, error);
      files::copy(older, copy, files::copy_options::recursive, error);
      return error ? fail(ErrorCode::kIo, "an older ledger cannot be copied") : Status();
  }
  return {};
}

}  // namespace

std::string_view describe(Tampering tampering) {
  switch (tampering) {
    case Tampering::kEntry:
      return "an edited entry";
    case Tampering::kPrivatePart:
      return "an edited private part";
    case Tampering::kSignature:
      return "another signature";
    case Tampering::kRollBack:
      return "an older ledger in its place";
  }
  return "";
}

LedgerJudgement judge_ledger(const std::string& folder, const Outsider& outsider) {
  DirectorySource source(folder);
  auto report = verify_ledger(source, {.verifier_key = outsider.verifier_key});
  LedgerJudgement judgement{report.ok, report.size.value, std::move(report.problems)};
  if (!outsider.checkpoint.empty() && !continues(folder, report.size, outsider)) {
    judgement.accepted = false;
    judgement.problems.emplace_back("it does not continue the checkpoint that was held outside");
  }
  return judgement;
}

Result<std::vector<TamperOutcome>> try_tampering(const std::string& folder,
                                                 const std::string& older,
                                                 const std::string& work_folder,
                                                 const Outsider& outsider) {
  std::vector<TamperOutcome> outcomes;
  const auto copy = work_folder + "/tampered";
  for (const auto what :
       {Tampering::kEntry, Tampering::kPrivatePart, Tampering::kSignature, Tampering::kRollBack}) {
    std::error_code error;
    files::remove_all(copy, error);
    files::copy(folder, copy, files::copy_options::recursive, error);
    if (error) return fail(ErrorCode::kIo, "the ledger cannot be copied");
    TRY_STATUS(tamper(what, copy, older));
    outcomes.push_back({what, !judge_ledger(copy, outsider).accepted});
    files::remove_all(copy, error);
  }
  return outcomes;
}

Result<std::uint64_t> count_denials(const std::string& folder, std::uint64_t from_wall_ms) {
  DirectorySource source(folder);
  const auto note = TRY(source.read("checkpoint"));
  // The size alone is wanted here; the signature is judge_ledger's business.
  const auto text = TRY(parse_note(text_of(note))).text;
  const auto size = TRY(parse_checkpoint(text)).size;
  std::uint64_t denials = 0;
  const auto count = [&](ByteView leaf) -> Status {
    const auto entry = TRY(decode_leaf(leaf));
    if (entry.kind == EntryKind::kDenied && entry.wall_ms >= from_wall_ms) ++denials;
    return {};
  };
  TRY_STATUS(for_each_leaf(folder, size, count));
  return denials;
}

}  // namespace bulkhead::drills
