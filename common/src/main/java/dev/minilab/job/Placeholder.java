package dev.minilab.job;

/// What a page can show before an image has loaded: its ThumbHash (<https://evanw.github.io/thumbhash/>) in
/// base64, and its dominant colour as `#rrggbb`.
public record Placeholder(String thumbhash, String dominantColor) {}
