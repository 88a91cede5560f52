#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"
#include "runner/postgres/session_impl.hpp"

namespace runner {

static std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : hide_secrets(text);
}

void Session::Impl::keep_notice(void* self, const PGresult* result) {
  auto& impl = *static_cast<Impl*>(self);
  if (++impl.notices_seen > notices_kept) return;
  impl.notices.push_back(Notice{.severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED),
                                .message = field(result, PG_DIAG_MESSAGE_PRIMARY),
                                .detail = field(result, PG_DIAG_MESSAGE_DETAIL),
                                .hint = field(result, PG_DIAG_MESSAGE_HINT)});
}

static SqlError error_of(const PGresult* result) {
  SqlError error{.sqlstate = field(result, PG_DIAG_SQLSTATE),
                 .message = field(result, PG_DIAG_MESSAGE_PRIMARY),
                 .detail = field(result, PG_DIAG_MESSAGE_DETAIL),
                 .hint = field(result, PG_DIAG_MESSAGE_HINT),
                 .context = field(result, PG_DIAG_CONTEXT),
                 .column = field(result, PG_DIAG_COLUMN_NAME),
                 .constraint = field(result, PG_DIAG_CONSTRAINT_NAME)};
  if (const std::string position = field(result, PG_DIAG_STATEMENT_POSITION); !position.empty())
    error.position_chars = std::stoul(position);
  if (error.message.empty())  // libpq's own: no fields
    error.message = hide_secrets(std::string(trimmed(PQresultErrorMessage(result))));
  return error;
}

void Session::Impl::take(const PGresult* one, StatementResult& into) {
  switch (PQresultStatus(one)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
      take_rows(one, into);
      break;
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
      into.command_tag = PQcmdStatus(const_cast<PGresult*>(one));  // reads only; the parameter predates const
      break;
    case PGRES_COPY_IN:
      if (copy_source != nullptr)
        feed_copy();
      else
        refuse_copy_in(into);
      break;
    case PGRES_COPY_OUT:
      drain_copy_out(into);
      break;
    case PGRES_NONFATAL_ERROR:
      break;
    default:
      // refuse_copy_in has better words than the server, which only repeats what we told it
      if (!into.error) into.error = error_of(one);
      break;
  }
}

void Session::Impl::take_rows(const PGresult* one, StatementResult& into) {
  const int columns = PQnfields(one);
  if (!result_open) {
    into.rows = {};
    for (int column = 0; column < columns; ++column) into.rows.columns.emplace_back(PQfname(one, column));
  }
  for (int row = 0; row < PQntuples(one) && into.rows.rows.size() < settings.max_rows; ++row) {
    std::vector<Cell>& cells = into.rows.rows.emplace_back();
    cells.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(one, row, column) != 0)
        cells.emplace_back();
      else
        cells.emplace_back(std::string(PQgetvalue(one, row, column),
                                       static_cast<std::size_t>(PQgetlength(one, row, column))));
    }
  }
  result_open = PQresultStatus(one) == PGRES_SINGLE_TUPLE;
  if (!result_open) into.command_tag = PQcmdStatus(const_cast<PGresult*>(one));
}

}  // namespace runner
