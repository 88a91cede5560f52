#pragma once

// What libpg_query answers, unpacked; for the files of this folder only.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

namespace runner {

/// A message in memory that is given back as a whole: unpacking takes a piece for each node and each text,
/// and giving these back one by one costs as much as unpacking.
template <typename Message>
class Unpacked {
 public:
  using Unpack = Message* (*)(ProtobufCAllocator*, std::size_t, const std::uint8_t*);

  /// `raw` is not needed any longer afterwards.
  Unpacked(Unpack unpack, const PgQueryProtobuf& raw) {
    ProtobufCAllocator allocator{take, leave, &memory_};
    message_ = unpack(&allocator, raw.len, reinterpret_cast<const std::uint8_t*>(raw.data));
  }

  /// nullptr where the answer cannot be read.
  Message* get() const { return message_; }

 private:
  static void* take(void* memory, std::size_t size) {
    return static_cast<std::pmr::memory_resource*>(memory)->allocate(size);
  }
  static void leave(void*, void*) {}

  /// Enough for nearly every statement: unpacked, one takes sixteen times what it takes packed.
  std::array<std::byte, std::size_t{16} * 1024> first_;
  std::pmr::monotonic_buffer_resource memory_{first_.data(), first_.size()};
  Message* message_ = nullptr;
};

}  // namespace runner
