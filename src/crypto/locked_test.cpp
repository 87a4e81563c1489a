#include "crypto/locked.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

namespace bulkhead {
namespace {

using Key = std::array<std::uint8_t, 32>;

TEST(Locked, HoldsAZeroedValue) {
  const int before = locked_allocations();
  {
    auto key = Locked<Key>::create();
    ASSERT_TRUE(key);
    EXPECT_EQ(**key, Key{});
    (**key)[0] = 1;
    const auto moved = std::move(*key);
    EXPECT_EQ((*moved)[0], 1);
    EXPECT_EQ(locked_allocations(), before + 1);
  }
  EXPECT_EQ(locked_allocations(), before);
}

TEST(Locked, TheThirteenthAllocationIsRefused) {
  std::vector<Locked<Key>> keys;
  while (locked_allocations() < kLockedAllocationsMax) {
    auto key = Locked<Key>::create();
    ASSERT_TRUE(key);
    keys.push_back(std::move(*key));
  }
  const auto refused = Locked<Key>::create();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  keys.pop_back();
  EXPECT_TRUE(Locked<Key>::create());
}

// Runs in a child, since the limit and the lost privilege would stay with this process.
TEST(Locked, MemoryThatCannotBeLockedIsRefusedWithAdvice) {
  EXPECT_EXIT(
      {
        rlimit none{};
        if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) _exit(2);
        if (geteuid() == 0 && setuid(65534) != 0) _exit(3);  // root may lock beyond any limit
        const auto refused = Locked<Key>::create();
        if (refused || refused.error().code != ErrorCode::kRefused) _exit(4);
        if (std::string_view(refused.error().context).find("ulimit -l") == std::string_view::npos)
          _exit(5);
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST(Locked, ReadingPastTheEndEndsTheProcess) {
  auto key = Locked<Key>::create();
  ASSERT_TRUE(key);
  EXPECT_DEATH(
      {
        volatile auto* byte = (*key)->data();
        for (int i = 0; i < 8192; ++i) (void)byte[i];
      },
      "");
}

TEST(Locked, DumpsAreSwitchedOff) {
  EXPECT_EXIT(
      {
        if (!forbid_dumps()) _exit(1);
        rlimit limit{};
        getrlimit(RLIMIT_CORE, &limit);
        _exit(prctl(PR_GET_DUMPABLE) == 0 && limit.rlim_cur == 0 ? 0 : 2);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace bulkhead
