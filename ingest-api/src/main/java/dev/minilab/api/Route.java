package dev.minilab.api;

import java.util.Optional;

/// One route of the API.
///
/// @param path with its parameters in braces: `/v1/jobs/{id}`
/// @param scope what a key needs; nothing where no key is needed
public record Route(String method, String path, Optional<Scope> scope) {}
