export {
  ANNOUNCEMENT_TOPICS,
  type AnnouncementSubject,
  type AnnouncementTopic,
  insertAnnouncements,
  type NewAnnouncement,
  readAnnouncements,
} from './announcements.ts';
