#include "runner/http/curl_library.hpp"

#include "runner/core/error.hpp"

#include <dlfcn.h>

namespace runner {

static Error not_usable() {
  const char* why = ::dlerror();
  return Error{ExitCode::environment, "libcurl cannot be used"}
      .because(why != nullptr ? why : "it could not be started")
      .hint("install libcurl 7.85 or newer (on Debian: apt-get install libcurl4)");
}

template <class Function>
static void find(void* library, const char* name, Function& into) {
  into = reinterpret_cast<Function>(::dlsym(library, name));
  if (into == nullptr) throw not_usable();
}

CurlLibrary open_curl(const char* file) {
  void* library = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw not_usable();
  CurlLibrary all;
  find(library, "curl_global_init", all.global_init);
  find(library, "curl_easy_init", all.easy_init);
  find(library, "curl_easy_setopt", all.easy_setopt);
  find(library, "curl_easy_getinfo", all.easy_getinfo);
  find(library, "curl_easy_strerror", all.easy_strerror);
  find(library, "curl_easy_cleanup", all.easy_cleanup);
  find(library, "curl_multi_init", all.multi_init);
  find(library, "curl_multi_add_handle", all.multi_add_handle);
  find(library, "curl_multi_remove_handle", all.multi_remove_handle);
  find(library, "curl_multi_perform", all.multi_perform);
  find(library, "curl_multi_poll", all.multi_poll);
  find(library, "curl_multi_info_read", all.multi_info_read);
  find(library, "curl_multi_cleanup", all.multi_cleanup);
  find(library, "curl_slist_append", all.slist_append);
  find(library, "curl_slist_free_all", all.slist_free_all);
  find(library, "curl_url", all.url);
  find(library, "curl_url_get", all.url_get);
  find(library, "curl_url_set", all.url_set);
  find(library, "curl_url_cleanup", all.url_cleanup);
  find(library, "curl_free", all.free);
  return all;
}

/// The number in the name is that of the interface in <curl/curl.h>; it has been 4 since 2006.
static CurlLibrary started() {
  const CurlLibrary library = open_curl("libcurl.so.4");
  if (library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw not_usable();
  return library;
}

const CurlLibrary& curl() {
  static const CurlLibrary library = started();
  return library;
}

}  // namespace runner
