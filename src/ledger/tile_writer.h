// TileWriter turns leaves into the files behind a checkpoint: tiles, entry bundles and private
// files. It must never sync (the ledger syncs many at once, and keeps the journal until then) and
// never change a file that already says the same. Owned by ledger, used by its one checkpointing
// thread.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ledger/disk.h"
#include "ledger/tree_builder.h"

namespace bulkhead {

class TileWriter {
 public:
  // Takes up the files of a tree of `size`, whose partial files must be there. The caller compares
  // root(). kMalformed.
  static Result<TileWriter> resume(Disk& disk, std::string directory, TreeSize size);

  // From here on files are written even where they already say the same, which an unsynced one may,
  // but for the partial files of the size last written.
  void rewrite() { rewrites_ = true; }

  // Adds one entry and writes what is full.
  Status add(ByteView leaf, ByteView salted_private);
  // Writes the partial files of the size reached, so that a checkpoint may name it.
  Status write_partials();

  TreeSize size() const { return tree_.size(); }
  Digest root() const { return tree_.root(); }
  const TreeBuilder& tree() const { return tree_; }

  // Folders of partial files whose full file is written. Once that is durable they may go.
  std::vector<TileName> take_superseded();
  Status remove_partials(const std::vector<TileName>& folders);

 private:
  TileWriter(Disk& disk, std::string directory) : disk_(&disk), directory_(std::move(directory)) {}
  Status write(const TileName& name, ByteView bytes);
  Status write_partial(const TileName& name, ByteView bytes);

  Disk* disk_;
  std::string directory_;
  TreeBuilder tree_;
  Bytes bundle_;          // entries of the unfinished bundle
  Bytes private_bundle_;  // their salts and private parts
  std::set<TileName>
      partial_folders_;          // named by the full tile; those of unfinished tiles, so a handful
  std::set<TileName> standing_;  // partial files of the size last written
  std::vector<TileName> superseded_;
  bool rewrites_ = false;
};

// The hash of the 2^level entries from index * 2^level on, out of the one tile that `read` gives.
Result<Digest> subtree_in_tiles(unsigned level, std::uint64_t index, TreeSize size,
                                const std::function<Result<Bytes>(const TileName&)>& read);

// Subtree hashes out of the tile files of a tree of `size`, for proofs. Cheap to make; keeps the
// tiles of one proof.
class TileReader final : public HashReader {
 public:
  TileReader(Disk& disk, std::string directory, TreeSize size)
      : disk_(disk), directory_(std::move(directory)), size_(size) {}
  Result<Digest> subtree(unsigned level, std::uint64_t index) const override;

 private:
  Disk& disk_;
  std::string directory_;
  TreeSize size_;
};

// The partial files that a run which did not end well may have left between what it had settled and
// what it had written: those up to `covered` are made right, those beyond it, which no checkpoint
// names, are removed. The files at `covered` itself must be right.
Status mend_partials(Disk& disk, const std::string& directory, TreeSize settled, TreeSize covered,
                     TreeSize written);

// The file as it stands at `size`. A partial file that went when the full one came is cut from the
// full one.
Result<Bytes> read_tile_file(Disk& disk, const std::string& directory, TileName name);

}  // namespace bulkhead
