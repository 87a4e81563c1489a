#include "ledger/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "crypto/encoding.h"
#include "ledger/checkpoint.h"
#include "ledger/durable_file.h"
#include "ledger/journal.h"
#include "ledger/tree_builder.h"

namespace bulkhead {
namespace {

class Verification {
 public:
  Verification(Source& source, const VerifyOptions& options, const VerifyProgress& progress)
      : source_(source), options_(options), progress_(progress) {}

  VerifyReport run() {
    if (!check_checkpoint()) return finish();
    if (check_entries()) {
      check_partial_tiles();
      check_root();
    }
    if (source_.is_directory()) {
      check_other_files("tile/");
      check_other_files("private/");
      check_journals();
    }
    return finish();
  }

 private:
  VerifyReport finish() {
    report_.ok = report_.problems.empty();
    return std::move(report_);
  }
  void problem(std::string sentence) {
    if (report_.problems.size() < kVerifyProblemsMax)
      report_.problems.push_back(std::move(sentence));
  }

  // False when there is nothing to compare the files with.
  bool check_checkpoint() {
    const auto note = source_.read("checkpoint");
    if (!note) {
      problem(fmt::format("checkpoint: it cannot be read ({}).", note.error().context));
      return false;
    }
    const auto verifier = NoteVerifier::parse(options_.verifier_key);
    if (!verifier) {
      problem("The verifier key is malformed, so no signature can be checked.");
    } else if (const auto opened = open_checkpoint(text_of(*note), *verifier); !opened) {
      problem(fmt::format("checkpoint: {}.", opened.error().context));
    }
    // A false checkpoint is compared with the files all the same: that may show what was changed.
    const auto parsed = parse_note(text_of(*note));
    const auto checkpoint =
        parsed ? parse_checkpoint(parsed->text) : std::unexpected(parsed.error());
    if (!checkpoint) {
      problem("checkpoint: it is malformed, so nothing can be compared with it.");
      return false;
    }
    checkpoint_ = *checkpoint;
    report_.origin = checkpoint_.origin;
    report_.size = checkpoint_.size;
    return true;
  }

  // The file as it stands at the checkpoint, or nothing with a problem noted.
  std::optional<Bytes> read_file(TileName name) {
    checked_.insert(path_of(name));
    auto bytes = source_.read(path_of(name));
    if (!bytes && bytes.error().code == ErrorCode::kNotFound && name.width != kTileWidth) {
      // Partial files may go once the full one is there.
      const auto wanted = name;
      name.width = kTileWidth;
      if (const auto full = source_.read(path_of(name))) bytes = cut_tile_file(*full, wanted);
    }
    if (bytes) return std::move(*bytes);
    problem(fmt::format("{}: it cannot be read ({}).", path_of(name), bytes.error().context));
    return std::nullopt;
  }

  // False when an entry is missing, so that the tree cannot be derived further.
  bool check_entries() {
    for (std::uint64_t bundle = 0; bundle * kTileWidth < checkpoint_.size.value; ++bundle) {
      const auto width = width_at(0, bundle, checkpoint_.size);
      const TileName name{TileKind::kEntries, 0, bundle, width};
      const auto bytes = read_file(name);
      if (!bytes) return false;
      const auto leaves = parse_bundle(*bytes, width);
      if (!leaves) {
        problem(fmt::format("{}: it does not hold {} whole entries.", path_of(name), width));
        return false;
      }
      check_leaves(name, *leaves);
      for (const auto leaf : *leaves) {
        const auto added = tree_.add(
            hash_leaf(leaf), [&](unsigned level, std::uint64_t index, auto hashes) -> Status {
              compare_tile({TileKind::kHashes, level, index, kTileWidth}, hashes);
              return {};
            });
        if (!added) return false;
      }
      if (progress_) progress_(tree_.size().value, checkpoint_.size.value);
    }
    return true;
  }

  void check_leaves(TileName name, const std::vector<ByteView>& leaves) {
    if (!options_.decode_entries) return;
    const auto first = name.index * kTileWidth;
    if (!source_.is_directory()) {
      for (std::size_t i = 0; i < leaves.size(); ++i) {
        if (const auto entry = decode_leaf(leaves[i]); !entry) {
          problem(
              fmt::format("{}: entry {}: {}.", path_of(name), first + i, entry.error().context));
        }
      }
      return;
    }
    name.kind = TileKind::kPrivate;
    const auto bytes = read_file(name);
    if (!bytes) return;
    const auto privates = parse_bundle(*bytes, name.width);
    if (!privates) {
      problem(
          fmt::format("{}: it does not hold {} whole private parts.", path_of(name), name.width));
      return;
    }
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (const auto* what = wrong_with(leaves[i], (*privates)[i])) {
        problem(fmt::format("{}: entry {}: {}.", path_of(name), first + i, what));
      }
    }
  }

  static const char* wrong_with(ByteView leaf, ByteView salted_private) {
    Salt salt;
    if (salted_private.size() < salt.size()) return "a private part is too short";
    std::copy_n(salted_private.begin(), salt.size(), salt.begin());
    const auto entry = decode_entry(leaf, salt, salted_private.subspan(salt.size()));
    return entry ? nullptr : entry.error().context;
  }

  void compare_tile(const TileName& name, std::span<const Digest> hashes) {
    const auto bytes = read_file(name);
    if (bytes && *bytes != encode_tile(hashes)) {
      problem(fmt::format("{}: its hashes are not those of the entries.", path_of(name)));
    }
  }

  void check_partial_tiles() {
    for (unsigned level = 0; level < tree_.level_count(); ++level) {
      const auto hashes = tree_.partial(level);
      const auto width = static_cast<unsigned>(hashes.size());
      if (width != 0)
        compare_tile({TileKind::kHashes, level, tree_.partial_index(level), width}, hashes);
    }
  }

  void check_root() {
    const auto root = tree_.root();
    report_.root = to_base64(root);
    if (root != checkpoint_.root) problem("checkpoint: its root is not that of the entries.");
  }

  // Partial files of older checkpoints, and files that no ledger writes.
  void check_other_files(const std::string& below) {
    const auto names = source_.list(below);
    if (!names) {
      problem(fmt::format("{}: it cannot be listed ({}).", below, names.error().context));
      return;
    }
    for (const auto& path : *names) {
      if (checked_.contains(path)) continue;
      const auto name = parse_tile_path(path);
      if (!name) {
        problem(fmt::format("{}: this is no file of a ledger.", path));
      } else if (const auto width = width_at(name->level, name->index, checkpoint_.size);
                 name->width <= width) {
        check_older_partial(*name, width);
      }  // else it is of a later checkpoint or none yet, which nothing here vouches for
    }
  }

  void check_older_partial(const TileName& name, unsigned width) {
    const auto bytes = source_.read(path_of(name));
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) return;  // superseded while we looked
    auto wider = name;
    wider.width = width;
    const auto whole = source_.read(path_of(wider));
    if (bytes && whole && bytes->size() <= whole->size() && is_head_of(name, *bytes, *whole))
      return;
    problem(fmt::format("{}: it is not the beginning of {}.", path_of(name), path_of(wider)));
  }

  static bool is_head_of(const TileName& name, ByteView bytes, ByteView whole) {
    const bool parses = name.kind == TileKind::kHashes
                            ? parse_tile(bytes, name.width).has_value()
                            : parse_bundle(bytes, name.width).has_value();
    return parses && std::ranges::equal(bytes, whole.first(bytes.size()));
  }

  void check_journals() {
    const auto names = source_.list("journal/");
    if (!names || names->empty()) {
      problem("journal/: there is none.");
      return;
    }
    std::optional<std::uint64_t> expected;
    for (const auto& name : *names) {
      const auto first =
          parse_journal_name(std::string_view(name).substr(std::string_view("journal/").size()));
      if (!first) {
        problem(fmt::format("{}: this is no journal.", name));
        continue;
      }
      const auto bytes = source_.read(name);
      if (!bytes) {
        // A running ledger cuts its journal while we look; then the checkpoint is another one now.
        if (bytes.error().code != ErrorCode::kNotFound)
          problem(fmt::format("{}: it cannot be read.", name));
        continue;
      }
      if (!expected) expected = std::min(first->value, checkpoint_.size.value);
      if (first->value != *expected && !checkpoint_moved()) {
        problem(fmt::format("{}: entries {} to {} are missing before it.", name, *expected,
                            first->value));
      }
      expected = check_journal(name, *first, *bytes, name == names->back());
    }
    if (expected && *expected < checkpoint_.size.value) {
      problem(fmt::format("journal/: it ends at entry {} but the checkpoint covers {}.", *expected,
                          checkpoint_.size.value));
    }
  }

  // Answers the index after the journal's last whole record.
  std::uint64_t check_journal(const std::string& name, LeafIndex first, ByteView bytes, bool last) {
    const auto scan = scan_journal(bytes, first);
    if (scan.damaged || (scan.whole_bytes != bytes.size() && !last)) {
      problem(fmt::format("{}: it is damaged after {} entries.", name, scan.offsets.size()));
    }
    for (std::size_t i = 0; i < scan.offsets.size(); ++i) {
      const auto stop = i + 1 < scan.offsets.size() ? scan.offsets[i + 1] : scan.whole_bytes;
      const auto record = open_record(bytes.subspan(scan.offsets[i], stop - scan.offsets[i]));
      const LeafIndex index{first.value + i};
      if (const auto* what = wrong_with(record.leaf, record.salted_private)) {
        problem(fmt::format("{}: entry {}: {}.", name, index.value, what));
      } else if (!holds(checkpoint_.size, index)) {
        ++report_.journal_entries;
      } else if (!in_bundle(index, record.leaf)) {
        problem(fmt::format("{}: entry {} is not the one in its bundle.", name, index.value));
      }
    }
    return first.value + scan.offsets.size();
  }

  bool in_bundle(LeafIndex index, ByteView leaf) {
    const auto bundle = index.value / kTileWidth;
    const auto width = width_at(0, bundle, checkpoint_.size);
    if (bundle != cached_bundle_) {
      cached_bytes_ = read_file({TileKind::kEntries, 0, bundle, width}).value_or(Bytes{});
      cached_bundle_ = bundle;
    }
    const auto leaves = parse_bundle(cached_bytes_, width);
    return leaves && std::ranges::equal((*leaves)[index.value % kTileWidth], leaf);
  }

  bool checkpoint_moved() {
    const auto note = source_.read("checkpoint");
    const auto parsed = note ? parse_note(text_of(*note)) : std::unexpected(note.error());
    const auto checkpoint =
        parsed ? parse_checkpoint(parsed->text) : std::unexpected(parsed.error());
    return checkpoint && checkpoint->size != checkpoint_.size;
  }

  Source& source_;
  const VerifyOptions& options_;
  const VerifyProgress& progress_;
  VerifyReport report_;
  Checkpoint checkpoint_;
  TreeBuilder tree_;
  std::set<std::string> checked_;
  std::optional<std::uint64_t> cached_bundle_;
  Bytes cached_bytes_;
};

}  // namespace

Result<Bytes> DirectorySource::read(const std::string& name) {
  return PosixDisk().read(directory_ + "/" + name, kJournalBytesMax);
}

Result<std::vector<std::string>> DirectorySource::list(const std::string& below) {
  std::vector<std::string> names;
  std::error_code error;
  const std::filesystem::path root(directory_);
  std::filesystem::recursive_directory_iterator at(root / below, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    std::error_code unknown_kind;
    if (at->is_directory(unknown_kind)) continue;
    names.push_back(at->path().string().substr(directory_.size() + 1));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(ErrorCode::kIo, "listing a directory failed");
  }
  std::sort(names.begin(), names.end());
  return names;
}

VerifyReport verify_ledger(Source& source, const VerifyOptions& options,
                           const VerifyProgress& progress) {
  return Verification(source, options, progress).run();
}

}  // namespace bulkhead
