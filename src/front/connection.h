// One caller's connection: handshake, then request, question to the keeper, answer, again and
// again. It must never outlive its deadline while it waits for the caller, nor believe a header
// about who the caller is. Owned by front; everything runs on the one io thread.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "front/keeper_channel.h"
#include "front/limits.h"
#include "front/metrics.h"
#include "front/request_reader.h"
#include "front/site.h"
#include "front/transport.h"

namespace bulkhead::front {

class Connection;

// What all connections share. Connections hold it, so that it outlives them whatever ends first.
struct Shared {
  Site site;
  Limits limits;
  TlsContext tls;
  KeeperChannel& keeper;
  bool strict_transport = true;
  Metrics metrics{};
  bool stopping = false;
  std::set<Connection*> connections{};
  std::map<wire::NetworkAddress, std::size_t> per_network{};

  Metrics::Gauges gauges() const { return {connections.size(), keeper.outstanding()}; }
};

// An IPv4 address, or the first 64 bits of an IPv6 address: the least that one caller holds.
wire::NetworkAddress network_of(const wire::NetworkAddress& address);

class Connection {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
  using Clock = std::chrono::steady_clock;

  Connection(std::shared_ptr<Shared> shared, Socket socket, const wire::NetworkAddress& peer,
             bool plain);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static Task<void> run(std::unique_ptr<Connection> self);
  // Ends the connection when its deadline has passed.
  void sweep(Clock::time_point now);

 private:
  Task<bool> shake_hands();
  Task<bool> read_request();
  Task<bool> answer();  // false: the connection ends
  Task<bool> send();    // what stands in output_
  Task<void> drain();   // so that a refused caller reads our answer before it sees the end
  Task<bool> ready(IoState wait);
  void frame(bool keep_alive);
  void give(std::chrono::milliseconds time) { deadline_ = Clock::now() + time; }

  std::shared_ptr<Shared> shared_;
  Socket socket_;
  Transport transport_;
  wire::NetworkAddress network_;
  RequestReader reader_;
  Request request_;
  Response response_;
  Bytes message_;
  std::string output_;
  Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace bulkhead::front
