#include "base/secret_bytes.h"

#include <gtest/gtest.h>

#include <concepts>
#include <sstream>
#include <type_traits>
#include <vector>

namespace bulkhead {

// The friend through which tests read secrets.
class SecretAccessForTest {
 public:
  static SecretAccess access() { return {}; }
};

namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::is_copy_constructible_v<SecretBytes> &&
              !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes> &&
              std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(!std::is_default_constructible_v<SecretAccess>,
              "access is given to friends, not taken");
static_assert(!Streamable<SecretBytes> && !std::equality_comparable<SecretBytes>);

Bytes read(const SecretBytes& secret) {
  const auto view = secret.read(SecretAccessForTest::access());
  return {view.begin(), view.end()};
}

TEST(SecretBytes, MovingLeavesTheSourceEmpty) {
  SecretBytes from(view_of("open sesame"));
  const SecretBytes to(std::move(from));
  EXPECT_EQ(text_of(read(to)), "open sesame");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): what is left behind is the point.
}

TEST(SecretBytes, AssigningReplacesAndEmptiesTheSource) {
  SecretBytes from(view_of("new"));
  SecretBytes to(view_of("old and longer"));
  to = std::move(from);
  EXPECT_EQ(text_of(read(to)), "new");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): what is left behind is the point.
}

TEST(SecretBytes, CloneIsItsOwnCopy) {
  SecretBytes original(view_of("key"));
  const auto clone = original.clone(SecretAccessForTest::access());
  original = SecretBytes();
  EXPECT_EQ(text_of(read(clone)), "key");
  EXPECT_EQ(clone.size(), 3U);
}

}  // namespace
}  // namespace bulkhead
