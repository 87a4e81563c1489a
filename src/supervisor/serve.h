// `bulkhead serve`: starts keeper and fronts, each confined, keeps them running and takes them down
// cleanly. It must never read data: it opens files, sockets and programs and hands them on. Owned
// by supervisor; docs/PROCESSES.md is the operator's view of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace bulkhead {

struct ServeOptions {
  std::string data_dir;
  std::string key_file;  // the root key, outside data_dir
  bool demo = false;     // handed to the keeper, which alone decides whether data_dir is a demo's
  std::vector<std::string> without;  // drills only, handed to the keeper: protections switched off
  std::string second_place;          // handed to the keeper: a second file for the last checkpoint
  bool unanchored = false;           // handed to the keeper: start although it cannot vouch
  std::string replica;               // handed to the keeper: a folder that the ledger is copied to
  std::uint32_t ledger_space = 0;    // drills only, handed to the keeper: its disk's size
  std::uint32_t clock_ahead_s = 0;   // drills only, handed to the keeper: its wall clock
  bool owned_front = false;  // drills only: whoever connects to front.sock holds a desk's channel
  std::optional<std::string>
      tap_path;  // drills only: an existing folder for tap-<instance>-<n>.bin (relay.h)
  std::string listen_address =
      "127.0.0.1";  // IPv4, of desk and api; the demo's plain port is always on loopback
  std::uint16_t desk_port = 8443;  // 0: any free port, told in ports.json
  std::uint16_t api_port = 8444;
  std::uint16_t plain_port = 8080;  // opened in a demo directory only
  bool same_user =
      false;  // started as root, but without users of their own: Landlock alone keeps them apart
  std::string keeper_user = "bulkhead-keeper";
  std::string front_user = "bulkhead-front";
  std::string program_folder;  // of bulkhead-keeper, bulkhead-front and desk.pages; empty: beside
                               // this program
};

// Runs until SIGTERM, SIGINT or SIGHUP. 0: clean shutdown, the keeper drained. 1: refused to start,
// or a child could escape, or the keeper did not drain; the reason was logged in one sentence. Call
// in a process with one thread.
int run_supervisor(const ServeOptions& options);

// Names inside a data directory.
struct DataPaths {
  explicit DataPaths(std::string data_dir) : data(std::move(data_dir)) {}
  std::string data;
  std::string keeper() const { return data + "/keeper"; }  // the keeper's user only
  std::string tls() const { return data + "/tls"; }
  std::string certificate() const { return tls() + "/certificate.pem"; }
  std::string certificate_key() const { return tls() + "/certificate.key"; }
  std::string admin_socket() const { return data + "/admin.sock"; }
  std::string front_socket() const { return data + "/front.sock"; }  // drills only
  std::string pid_file() const { return data + "/supervisor.pid"; }
  std::string ports_file() const {
    return data + "/ports.json";
  }  // {"desk":8443,"api":8444,"plain":8080}; plain: demo
  std::string ready_file() const { return data + "/ready"; }  // there while everything answers
};

}  // namespace bulkhead
