// Which server a command speaks to and how that server is proven: an URL, or the fronts of a data
// directory on this machine with their own certificate. It must never turn proving off. Owned by
// cli.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "client/stream.h"

namespace bulkhead::cli {

struct ServerUrl {
  std::string host;
  std::uint16_t port = 0;
  bool plain = false;
  std::string path;  // without a final slash; empty or "/..."
};

// "https://api.localhost:8444/api/v1/ledger"; http only to a *.localhost name. kMalformed.
Result<ServerUrl> parse_server_url(std::string_view url);

// The desk or api front of what runs on this data directory. kNotFound: nothing runs.
Result<ServerUrl> local_front(const std::string& data_dir, std::string_view face);

// Pins `certificate` (a PEM file) when given; for *.localhost the data directory's own when it can
// be read; otherwise the system's authorities prove the server. kNotFound, kMalformed for the file.
Result<client::ServerAddress> server_address(const ServerUrl& url, const std::string& certificate,
                                             const std::string& data_dir);

}  // namespace bulkhead::cli
