// LossyFiles are files and folders in memory that keep what was synced apart from what was only
// written, and say what a power cut would leave of them. They must never lose what was synced nor
// promise more than POSIX does: a file's sync says nothing about its name, a folder's nothing about
// its files. Never for product code. Owned by ledger; LossyDisk (lossy_disk_for_test.h) is the way
// in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace bulkhead {

inline constexpr std::size_t kSectorBytes = 512;  // a disk writes a sector whole or not at all

struct LossyNode;
using LossyNodePtr = std::shared_ptr<LossyNode>;

struct LossyNode {
  struct Change {
    bool cuts = false;  // the file was cut (or grew by zeros) to `offset` bytes
    std::uint64_t offset = 0;
    Bytes bytes;
  };
  struct NameChange {
    std::string name;
    LossyNodePtr node;     // nothing: the name was removed
    std::string old_name;  // of a renamed file
  };
  using Names = std::map<std::string, LossyNodePtr>;

  bool is_folder = false;
  // A file: as programs see it, as it was last synced, and the way from one to the other.
  Bytes now, synced;
  std::vector<Change> changes;
  // A folder, likewise.
  Names names, names_synced;
  std::vector<NameChange> name_changes;
};

// What becomes of one node's changes when the power goes.
enum class Loss : std::uint8_t { kNone, kAll, kTail, kAnyOrder };

class LossyFiles {
 public:
  static LossyNodePtr empty_folder() {
    auto node = std::make_shared<LossyNode>();
    node->is_folder = true;
    return node;
  }

  static void change(LossyNode& file, LossyNode::Change change) {
    apply(file.now, change, change.bytes.size());
    file.changes.push_back(std::move(change));
  }
  static void change(LossyNode& folder, LossyNode::NameChange change) {
    apply(folder.names, change);
    folder.name_changes.push_back(std::move(change));
  }
  // fsync(2) of this file or folder, and of nothing else.
  static void sync(LossyNode& node) {
    node.synced = node.now;
    node.changes.clear();
    node.names_synced = node.names;
    node.name_changes.clear();
  }
  static void sync_everything(LossyNode& node) {
    sync(node);
    for (auto& [name, child] : node.names) sync_everything(*child);
  }

  // A tree of its own as the next start finds it. Sometimes nothing is lost (a process was killed)
  // or everything unsynced is; mostly each file and folder has its own fate.
  static LossyNodePtr after_power_loss(const LossyNode& root, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto fate = random() % 8;
    const auto draw = [&random, fate] {
      if (fate == 0) return Loss::kNone;
      if (fate == 1) return Loss::kAll;
      return static_cast<Loss>(random() % 4);
    };
    return survivor(root, random, draw);
  }

 private:
  static void apply(Bytes& to, const LossyNode::Change& change, std::size_t length) {
    if (change.cuts) {
      to.resize(change.offset);
      return;
    }
    if (to.size() < change.offset + length) to.resize(change.offset + length);
    std::copy_n(change.bytes.begin(), length, to.begin() + static_cast<long>(change.offset));
  }

  static void apply(LossyNode::Names& to, const LossyNode::NameChange& change) {
    if (change.node == nullptr) {
      to.erase(change.name);
      return;
    }
    if (!change.old_name.empty()) to.erase(change.old_name);
    to[change.name] = change.node;
  }

  template <class Draw>
  static LossyNodePtr survivor(const LossyNode& node, std::mt19937_64& random, const Draw& draw) {
    auto left = std::make_shared<LossyNode>();
    left->is_folder = node.is_folder;
    if (node.is_folder) {
      for (const auto& [name, child] : surviving_names(node, random, draw())) {
        left->names[name] = survivor(*child, random, draw);
      }
      left->names_synced = left->names;
    } else {
      left->now = left->synced = surviving_bytes(node, random, draw());
    }
    return left;
  }

  static LossyNode::Names surviving_names(const LossyNode& folder, std::mt19937_64& random,
                                          Loss loss) {
    if (loss == Loss::kNone) return folder.names;
    auto names = folder.names_synced;
    if (loss == Loss::kAll) return names;
    const auto kept = random() % (folder.name_changes.size() + 1);
    for (std::size_t i = 0; i < folder.name_changes.size(); ++i) {
      const bool survives = loss == Loss::kTail ? i < kept : random() % 2 == 0;
      if (survives) apply(names, folder.name_changes[i]);
    }
    return names;
  }

  static Bytes surviving_bytes(const LossyNode& file, std::mt19937_64& random, Loss loss) {
    if (loss == Loss::kNone) return file.now;
    if (loss == Loss::kAll) return file.synced;
    return loss == Loss::kTail ? torn_tail(file, random) : sectors_in_any_order(file, random);
  }

  // The changes in their order up to a moment, the last of them torn.
  static Bytes torn_tail(const LossyNode& file, std::mt19937_64& random) {
    auto bytes = file.synced;
    const auto kept = random() % (file.changes.size() + 1);
    for (std::size_t i = 0; i < kept; ++i)
      apply(bytes, file.changes[i], file.changes[i].bytes.size());
    if (kept < file.changes.size() && !file.changes[kept].cuts) {
      const auto& torn = file.changes[kept];
      apply(bytes, torn, random() % (torn.bytes.size() + 1));
    }
    return bytes;
  }

  // Each sector of each write may be there or not, and the file's length may tell of bytes that
  // never came.
  static Bytes sectors_in_any_order(const LossyNode& file, std::mt19937_64& random) {
    auto bytes = file.synced;
    for (const auto& one : file.changes) {
      if (one.cuts) {
        if (random() % 4 != 0) apply(bytes, one, 0);
        continue;
      }
      for (std::size_t at = 0; at < one.bytes.size();) {
        const auto start = one.offset + at;
        const auto length = std::min(kSectorBytes - start % kSectorBytes, one.bytes.size() - at);
        const ByteView sector = ByteView(one.bytes).subspan(at, length);
        if (random() % 2 == 0)
          apply(bytes, {false, start, Bytes(sector.begin(), sector.end())}, length);
        at += length;
      }
    }
    if (random() % 2 == 0 && bytes.size() < file.now.size()) bytes.resize(file.now.size());
    return bytes;
  }
};

}  // namespace bulkhead
