// Everything that must be right before the first child starts: users, folders, programs, root key,
// certificate, ports, admin socket, the lock. It must never start anything half prepared: each
// finding is logged with the path or name it is about, and how to mend it. Owned by supervisor.
#pragma once

#include <optional>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"
#include "confine/confine.h"
#include "supervisor/listener.h"
#include "supervisor/serve.h"

namespace bulkhead {

inline constexpr int kAdminQueueMax = 64;

struct ChildUsers {  // none: the supervisor's own user
  std::optional<ProcessUser> keeper;
  std::optional<ProcessUser> front;
};

struct Setup {
  explicit Setup(ServeOptions chosen) : options(std::move(chosen)), paths(options.data_dir) {}
  ServeOptions options;  // its paths are absolute
  DataPaths paths;
  ChildUsers users;
  Descriptor lock;
  Descriptor keeper_program, front_program;
  std::string pages;  // the desk's pages, beside the programs; empty: they were not built
  Listener desk, api;
  std::optional<Listener> plain;  // opened once the keeper says that this is a demo
  Descriptor admin;
  Descriptor owned_front;  // front.sock, in a drill that asks for it
  uid_t data_owner = 0;
};

Result<Setup> set_up(const ServeOptions& options);
Status open_plain_port(Setup& setup);
Status write_ports_file(const Setup& setup);

// Opens the root key; refused when others may read it, or when it lies in the data directory.
Result<Descriptor> open_root_key(const Setup& setup);
// Removes what says that this supervisor serves: admin.sock, ready, ports.json. The lock goes with
// the process.
void remove_signs(const Setup& setup);

}  // namespace bulkhead
