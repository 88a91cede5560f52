#pragma once

#include <curl/curl.h>

namespace runner {

/// What we call of libcurl. The library is opened when a request is to be made, not linked: it brings some
/// twenty libraries along, and most runs of ours make no request.
struct CurlLibrary {
  decltype(&::curl_global_init) global_init{};
  decltype(&::curl_easy_init) easy_init{};
  decltype(&::curl_easy_setopt) easy_setopt{};
  decltype(&::curl_easy_getinfo) easy_getinfo{};
  decltype(&::curl_easy_strerror) easy_strerror{};
  decltype(&::curl_easy_cleanup) easy_cleanup{};
  decltype(&::curl_multi_init) multi_init{};
  decltype(&::curl_multi_add_handle) multi_add_handle{};
  decltype(&::curl_multi_remove_handle) multi_remove_handle{};
  decltype(&::curl_multi_perform) multi_perform{};
  decltype(&::curl_multi_poll) multi_poll{};
  decltype(&::curl_multi_info_read) multi_info_read{};
  decltype(&::curl_multi_cleanup) multi_cleanup{};
  decltype(&::curl_slist_append) slist_append{};
  decltype(&::curl_slist_free_all) slist_free_all{};
  decltype(&::curl_url) url{};
  decltype(&::curl_url_get) url_get{};
  decltype(&::curl_url_set) url_set{};
  decltype(&::curl_url_cleanup) url_cleanup{};
  decltype(&::curl_free) free{};
};

/// Opens `file`, which stays open until the process ends.
/// Throws: Error{environment} when it is missing, or too old to have all of these functions.
CurlLibrary open_curl(const char* file);

/// The system's, opened and started at the first call. Throws as open_curl() does.
const CurlLibrary& curl();

}  // namespace runner
