// A data directory, a key and stand-ins for keeper and front, for tests of the supervisor: the test
// binary itself is started under the names bulkhead-keeper and bulkhead-front
// (test_children_test.cpp). Never part of the product. Owned by supervisor.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "supervisor/serve.h"

namespace bulkhead {

// Waits until `condition` holds; false when it does not within half a minute.
bool eventually(const std::function<bool()>& condition);

class SupervisorTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // A file by this name in the keeper's folder tells the stand-ins how to behave.
  void behave(const std::string& how);
  // Runs run_supervisor in a child.
  void serve();
  bool is_ready() const;
  // The exit code; -1 when it died by a signal.
  int wait_for_end();
  int stop();
  int port(const std::string& name) const;
  // "keeper PID UID" and "front INSTANCE PID UID ESCAPES ATTEMPTS", in the order of starting.
  std::vector<std::vector<std::string>> starts() const;
  std::vector<pid_t> pids_of(const std::string& kind) const;
  std::string log() const;  // what the supervisor wrote

  std::string root_;
  ServeOptions options_;
  pid_t supervisor_ = 0;
};

// The stand-ins' main functions.
int keeper_stand_in(const std::vector<std::string>& arguments);
int front_stand_in(const std::vector<std::string>& arguments);

}  // namespace bulkhead
