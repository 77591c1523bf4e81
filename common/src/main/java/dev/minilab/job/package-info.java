/// The job contract: what a job is, how its parts are named in the bucket, and every error a client can meet.
///
/// Values only. This room knows no other room: no store, no queue, no HTTP, no pixels.
@NullMarked
package dev.minilab.job;

import org.jspecify.annotations.NullMarked;
