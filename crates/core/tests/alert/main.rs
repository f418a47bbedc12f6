//! Alerts: the envelope against its schema, and every rendering against the limits of its sink.

#[cfg(test)]
mod digest;
#[cfg(test)]
mod envelope;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod slack;
#[cfg(test)]
mod sns;
#[cfg(test)]
mod strategies;
#[cfg(test)]
mod text_and_html;
