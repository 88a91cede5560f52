#include "runner/postgres/session_impl.hpp"

#include <utility>

namespace runner {

StatementResult Session::copy_in(std::string_view sql, const CopySource& source) {
  impl_->copy_source = &source;
  impl_->copy_failure = nullptr;
  StatementResult result;
  try {
    result = impl_->run(sql, {}, false);
  } catch (...) {
    impl_->copy_source = nullptr;
    throw;
  }
  impl_->copy_source = nullptr;
  if (impl_->copy_failure) std::rethrow_exception(std::exchange(impl_->copy_failure, nullptr));
  return result;
}

void Session::Impl::refuse_copy_in(StatementResult& into) {
  into.error = SqlError{.sqlstate = "0A000",
                        .message = "COPY … FROM STDIN needs data that a migration file cannot carry",
                        .hint = "write INSERT statements, or load the data with `runner seed`"};
  PQputCopyEnd(pg(), "no data can follow");
  flush({});
}

/// The source's next piece; its exception is kept until the server was told that nothing follows.
std::string_view Session::Impl::next_of_copy() {
  try {
    return (*copy_source)();
  } catch (...) {
    copy_failure = std::current_exception();
    return {};
  }
}

void Session::Impl::end_copy(const char* failure) {
  copy_source = nullptr;
  if (PQputCopyEnd(pg(), failure) == 1) flush({});
}

/// Whatever goes wrong with the connection or on the server, the next result tells.
void Session::Impl::feed_copy() {
  for (std::string_view piece = next_of_copy(); !piece.empty(); piece = next_of_copy()) {
    if (stop != nullptr && stop->requested()) interrupt();
    if (PQputCopyData(pg(), piece.data(), static_cast<int>(piece.size())) != 1 || !flush({})) return;
  }
  end_copy(copy_failure ? "the data cannot be read" : nullptr);
}

void Session::Impl::drain_copy_out(StatementResult& into) {
  for (;;) {
    char* data = nullptr;
    const int size = PQgetCopyData(pg(), &data, 1);
    PQfreemem(data);
    if (size < 0) break;
    if (size > 0) continue;
    wait(false, {});
    if (PQconsumeInput(pg()) == 0) break;
  }
  if (!into.error)
    into.error = SqlError{.sqlstate = "0A000",
                          .message = "COPY … TO STDOUT has nobody to send its data to",
                          .hint = "remove the statement, or copy into a table"};
}

}  // namespace runner
