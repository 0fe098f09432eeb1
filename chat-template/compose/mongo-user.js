// Run once by the image, when the volume is empty: the app gets a user that can reach its own database and no other.
db.getSiblingDB('chat').createUser({
  user: 'chat',
  pwd: process.env.MONGO_PASSWORD,
  roles: [{ role: 'readWrite', db: 'chat' }],
})
