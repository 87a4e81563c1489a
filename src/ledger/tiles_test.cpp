#include "ledger/tiles.h"

#include <gtest/gtest.h>

namespace bulkhead {
namespace {

TEST(TilesVector, PathsAreSpelledAsInTlogTiles) {
  const auto path = [](std::uint64_t index) {
    return path_of({TileKind::kHashes, 0, index, kTileWidth});
  };
  EXPECT_EQ(path(0), "tile/0/000");
  EXPECT_EQ(path(1000), "tile/0/x001/000");
  EXPECT_EQ(path(1234067), "tile/0/x001/x234/067");
  EXPECT_EQ(path_of({TileKind::kHashes, 1, 1, 17}), "tile/1/001.p/17");
  EXPECT_EQ(path_of({TileKind::kEntries, 0, 273, 112}), "tile/entries/273.p/112");
  EXPECT_EQ(path_of({TileKind::kPrivate, 0, 5, kTileWidth}), "private/005");
}

TEST(TilesVector, WidthsOfSize70000AreThoseOfTlogTiles) {
  const TreeSize size{70'000};
  EXPECT_EQ(width_at(0, 272, size), 256u);
  EXPECT_EQ(width_at(0, 273, size), 112u);
  EXPECT_EQ(width_at(0, 274, size), 0u);
  EXPECT_EQ(width_at(1, 0, size), 256u);
  EXPECT_EQ(width_at(1, 1, size), 17u);
  EXPECT_EQ(width_at(2, 0, size), 1u);
  EXPECT_EQ(width_at(3, 0, size), 0u);
  EXPECT_EQ(width_at(0, 0, {256}), 256u);
  EXPECT_EQ(width_at(0, 1, {256}), 0u);
  EXPECT_EQ(width_at(1, 0, {256}), 1u);
}

TEST(Tiles, PathsGoBothWaysAndHaveOneSpelling) {
  for (const std::uint64_t index : {0ull, 9ull, 999ull, 1000ull, 1234067ull, ~0ull}) {
    for (const unsigned width : {1u, 255u, 256u}) {
      for (const auto kind : {TileKind::kHashes, TileKind::kEntries, TileKind::kPrivate}) {
        const TileName name{kind, kind == TileKind::kHashes ? 3u : 0u, index, width};
        EXPECT_EQ(parse_tile_path(path_of(name)).value(), name) << path_of(name);
      }
    }
  }
  for (const auto* bad : {"",
                          "tile",
                          "tile/0",
                          "tile/0/",
                          "tile/0/0",
                          "tile/0/0000",
                          "tile/00/000",
                          "tile/8/000",
                          "tile/0/x000/001",
                          "tile/0/000.p/0",
                          "tile/0/000.p/256",
                          "tile/0/000.p/01",
                          "tile/0/000/",
                          "tile/-1/000",
                          "private/000.p",
                          "tile/0/x001",
                          "/tile/0/000",
                          "tile/0/../000",
                          "tile/0/x18446744073709551616/000",
                          "tile/0/000.p/1.p/1"}) {
    EXPECT_FALSE(parse_tile_path(bad)) << bad;
  }
}

TEST(Tiles, BundlesGoBothWaysAndRefuseEveryCutAndTail) {
  Bytes bundle;
  ASSERT_TRUE(append_to_bundle(bundle, view_of("one")));
  ASSERT_TRUE(append_to_bundle(bundle, view_of("")));
  ASSERT_TRUE(append_to_bundle(bundle, view_of("three")));
  const auto items = parse_bundle(bundle, 3).value();
  EXPECT_EQ(text_of(items[0]), "one");
  EXPECT_EQ(text_of(items[1]), "");
  EXPECT_EQ(text_of(items[2]), "three");
  for (std::size_t cut = 0; cut < bundle.size(); ++cut)
    EXPECT_FALSE(parse_bundle(ByteView(bundle).first(cut), 3));
  EXPECT_FALSE(parse_bundle(bundle, 2));
  EXPECT_FALSE(parse_bundle(bundle, 4));
}

TEST(Tiles, AnEntryHasAMaximum) {
  Bytes bundle;
  EXPECT_TRUE(append_to_bundle(bundle, Bytes(kBundleEntryBytesMax)));
  EXPECT_EQ(append_to_bundle(bundle, Bytes(kBundleEntryBytesMax + 1)).error().code,
            ErrorCode::kTooLarge);
}

TEST(Tiles, TilesHaveExactlyTheirHashes) {
  const std::vector<Digest> hashes(5);
  const auto bytes = encode_tile(hashes);
  EXPECT_EQ(bytes.size(), 160u);
  EXPECT_EQ(parse_tile(bytes, 5).value(), hashes);
  EXPECT_FALSE(parse_tile(bytes, 4));
  EXPECT_FALSE(parse_tile(ByteView(bytes).first(159), 5));
}

}  // namespace
}  // namespace bulkhead
