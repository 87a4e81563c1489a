// Reads the published vectors under tests/vectors/tlog. Never for product code. Owned by ledger.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace bulkhead {

inline std::string read_vector(const std::string& path) {
  std::ifstream file(std::string(BULKHEAD_SOURCE_DIR "/tests/vectors/tlog/") + path,
                     std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace bulkhead
