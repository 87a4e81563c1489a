#include "crypto/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "crypto/constant_time.h"

namespace bulkhead {
namespace {

TEST(Random, IdsDoNotRepeat) {
  std::set<SessionId> seen;
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(seen.insert(random_id<struct SessionTag>()).second);
}

TEST(Random, EverySizeIsFilled) {
  for (std::size_t size : {0u, 1u, 12u, 16u, 1024u, 1025u, 4096u, 100'000u}) {
    Bytes a(size), b(size);
    random_bytes(a);
    random_bytes(b);
    if (size >= 12) {
      EXPECT_NE(a, b);
      EXPECT_NE(Bytes(a.end() - 8, a.end()), Bytes(8, 0));
    }
  }
}

TEST(Random, AForkedChildDrawsOtherBytes) {
  Bytes first(16);
  random_bytes(first);  // so that the block is half used when the process forks
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    Bytes drawn(16);
    random_bytes(drawn);
    _exit(write(pipes[1], drawn.data(), drawn.size()) == 16 ? 0 : 1);
  }
  ASSERT_GT(child, 0);
  Bytes ours(16), theirs(16);
  random_bytes(ours);
  ASSERT_EQ(read(pipes[0], theirs.data(), theirs.size()), 16);
  EXPECT_NE(ours, theirs);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  close(pipes[0]);
  close(pipes[1]);
}

TEST(ConstantTime, EqualMeansSameBytesAndLength) {
  EXPECT_TRUE(equal_in_constant_time(view_of("abc"), view_of("abc")));
  EXPECT_FALSE(equal_in_constant_time(view_of("abc"), view_of("abd")));
  EXPECT_FALSE(equal_in_constant_time(view_of("abc"), view_of("ab")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace bulkhead
